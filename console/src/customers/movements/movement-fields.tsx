import { NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { Points } from "../../ui/amounts.tsx";
import { required } from "../../ui/form-errors.ts";

/** Regular points of a member in a program, and how many of them can be spent. */
export interface Purse {
  readonly programId: number;
  readonly programName: string;
  readonly available: number;
}

/** What the dialogs on a member need. */
export interface MemberParts {
  readonly memberId: string;
  /** One for each program; absent until they are known. */
  readonly purses: readonly Purse[] | undefined;
  readonly onClose: () => void;
}

interface Field {
  // biome-ignore lint/suspicious/noExplicitAny: the form's other fields do not matter here
  readonly form: UseFormReturnType<any>;
}

/** A number field before anything is typed. */
export const NO_NUMBER = "" as number | string;

/** Rules of the fields below. */
export const HOW_MANY = required("Enter how many points");
export const WHY = required("Say why");

/** How many points move. */
export const PointsField = ({ form, description }: Field & { readonly description?: ReactNode }) => (
  <NumberInput
    label="Points"
    required
    min={0}
    decimalScale={3}
    thousandSeparator=","
    hideControls
    {...(description === undefined ? {} : { description })}
    data-autofocus
    {...form.getInputProps("points")}
  />
);

/** Of which program they are, where there is a choice, and how many, with what the member has of them. */
export const PurseFields = ({
  form,
  purses,
  can,
}: Field & {
  readonly purses: readonly Purse[] | undefined;
  /** What can be done with what is available: "can be spent". Nothing is said of it when absent. */
  readonly can?: string;
}) => {
  const chosen = purseOf(purses, form.values.programId);
  return (
    <>
      {purses !== undefined && purses.length > 1 && (
        <Select
          label="Program"
          placeholder="The default one"
          data={purses.map(({ programId, programName }) => ({
            value: String(programId),
            label: programName,
          }))}
          allowDeselect={false}
          {...form.getInputProps("programId")}
        />
      )}
      <PointsField
        form={form}
        {...(can !== undefined && chosen !== undefined
          ? {
              description: (
                <>
                  <Points value={chosen.available} /> {can}
                </>
              ),
            }
          : {})}
      />
    </>
  );
};

const purseOf = (purses: readonly Purse[] | undefined, programId: string): Purse | undefined =>
  purses?.find((purse) => String(purse.programId) === programId);

/** What `PurseFields` fill in, before they do: the first program is chosen. */
export const noPointsOf = (purses: readonly Purse[] | undefined) => ({
  points: NO_NUMBER,
  programId: String(purses?.[0]?.programId ?? ""),
});

/** What `PurseFields` say, as it is sent: the server chooses the program where nobody did. */
export const pointsOf = ({ points, programId }: ReturnType<typeof noPointsOf>) => ({
  points: Number(points),
  ...(programId === "" ? {} : { programId: Number(programId) }),
});

/** What `BillFields` fill in, before they do. */
export const NO_BILL = { billNumber: "", billAmount: NO_NUMBER };

/** What `BillFields` say, as it is sent. */
export const billOf = ({ billNumber, billAmount }: typeof NO_BILL) => ({
  ...given({ billNumber }),
  ...(billAmount === NO_NUMBER ? {} : { billAmount: Number(billAmount) }),
});

/** The bill that points pay, and what it will come to where it is not recorded yet. */
export const BillFields = ({ form, description }: Field & { readonly description: string }) => (
  <>
    <TextInput
      label="Bill number"
      description={description}
      maxLength={50}
      {...form.getInputProps("billNumber")}
    />
    {form.values.billNumber !== "" && (
      <NumberInput
        label="Bill amount"
        description="Of a bill that is not recorded yet: points may pay the part of it that the program allows"
        min={0}
        decimalScale={2}
        thousandSeparator=","
        hideControls
        {...form.getInputProps("billAmount")}
      />
    )}
  </>
);

/** Why they move, kept with the entries. */
export const ReasonField = ({ form, name }: Field & { readonly name: "reason" | "notes" }) => (
  <Textarea
    label="Reason"
    description="Kept in the ledger with your name"
    required
    autosize
    minRows={2}
    maxLength={500}
    {...form.getInputProps(name)}
  />
);

/** Texts of a form as they are sent: left out when empty. */
export const given = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]])),
  );
