import { NumberInput, Textarea } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";

interface Field {
  // biome-ignore lint/suspicious/noExplicitAny: the form's other fields do not matter here
  readonly form: UseFormReturnType<any>;
  readonly description?: ReactNode;
}

/** How many points move. */
export const PointsField = ({ form, description }: Field) => (
  <NumberInput
    label="Points"
    required
    min={0}
    decimalScale={3}
    hideControls
    {...(description === undefined ? {} : { description })}
    data-autofocus
    {...form.getInputProps("points")}
  />
);

/** Why they do, kept with the entries. */
export const ReasonField = ({ form, name }: Field & { readonly name: "reason" | "notes" }) => (
  <Textarea label="Reason" required autosize minRows={2} maxLength={500} {...form.getInputProps(name)} />
);

/** Text of a form as it is sent: left out when empty. */
export const given = (name: string, text: string) => (text.trim() === "" ? {} : { [name]: text.trim() });
