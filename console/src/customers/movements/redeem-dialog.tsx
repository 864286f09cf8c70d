import { Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useOrganisation } from "../../shell/organisation.ts";
import { required } from "../../ui/form-errors.ts";
import { MovementDialog } from "./movement-dialog.tsx";
import { given, PointsField, ReasonField } from "./movement-fields.tsx";
import { Spendable } from "./spendable.tsx";

/** Spends points of a member. */
export const RedeemDialog = ({
  memberId,
  available,
  onClose,
}: {
  memberId: string;
  available: number | undefined;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { points: "" as number | string, billNumber: "", notes: "" },
    validate: { points: required("Enter how many points"), notes: required("Say why") },
  });
  type Values = typeof form.values;
  const bodyOf = ({ points, billNumber, notes }: Values) => ({
    points: Number(points),
    ...given("billNumber", billNumber),
    ...given("notes", notes),
  });
  const call = { params: { id: memberId } };
  return (
    <MovementDialog
      title="Redeem points"
      action="Redeem"
      form={form}
      fields={["points", "billNumber", "notes"]}
      preview={(values) =>
        api.post("/api/customers/{id}/redemptions/preview", { ...call, body: bodyOf(values) })
      }
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/redemptions", { ...call, body: bodyOf(values), requestKey })
      }
      done="The points were redeemed."
      touched={[memberId]}
      onClose={onClose}
    >
      <PointsField form={form} description={<Spendable points={available} />} />
      <TextInput
        label="Bill number"
        description="The bill that the points pay, if there is one"
        {...form.getInputProps("billNumber")}
      />
      <ReasonField form={form} name="notes" />
    </MovementDialog>
  );
};

const TIMES = [
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "1 week" },
];

/** Keeps points from being spent for a time. */
export const HoldDialog = ({
  memberId,
  available,
  onClose,
}: {
  memberId: string;
  available: number | undefined;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { points: "" as number | string, ttlSeconds: "900", billNumber: "", notes: "" },
    validate: { points: required("Enter how many points"), notes: required("Say why") },
  });
  type Values = typeof form.values;
  const bodyOf = ({ points, ttlSeconds, billNumber, notes }: Values) => ({
    points: Number(points),
    ttlSeconds: Number(ttlSeconds),
    ...given("billNumber", billNumber),
    ...given("notes", notes),
  });
  const call = { params: { id: memberId } };
  return (
    <MovementDialog
      title="Hold points"
      action="Hold"
      form={form}
      fields={["points", "ttlSeconds", "billNumber", "notes"]}
      preview={(values) => api.post("/api/customers/{id}/holds/preview", { ...call, body: bodyOf(values) })}
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/holds", { ...call, body: bodyOf(values), requestKey })
      }
      done="The points are held."
      touched={[memberId]}
      onClose={onClose}
    >
      <PointsField form={form} description={<Spendable points={available} />} />
      <Select
        label="For how long"
        description="After that they can be spent again"
        data={TIMES}
        allowDeselect={false}
        {...form.getInputProps("ttlSeconds")}
      />
      <TextInput label="Bill number" {...form.getInputProps("billNumber")} />
      <ReasonField form={form} name="notes" />
    </MovementDialog>
  );
};
