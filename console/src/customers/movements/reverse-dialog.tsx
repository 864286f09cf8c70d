import { Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Hold, Redemption } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { Points } from "../../ui/amounts.tsx";
import { required } from "../../ui/form-errors.ts";
import { MovementDialog } from "./movement-dialog.tsx";
import { PointsField, ReasonField } from "./movement-fields.tsx";

/** Reverses a redemption, whole or in part. */
export const ReverseDialog = ({
  memberId,
  redemption: { code, points, reversed },
  onClose,
}: {
  memberId: string;
  redemption: Redemption;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const left = (points * 1000 - reversed * 1000) / 1000;
  const form = useForm({
    initialValues: { points: left as number | string, notes: "" },
    validate: { points: required("Enter how many points"), notes: required("Say why") },
  });
  type Values = typeof form.values;
  const bodyOf = (values: Values) => ({ points: Number(values.points), notes: values.notes.trim() });
  const call = { params: { code } };
  return (
    <MovementDialog
      title={`Reverse redemption ${code}`}
      action="Reverse"
      form={form}
      fields={["points", "notes"]}
      preview={(values) =>
        api.post("/api/redemptions/{code}/reversals/preview", { ...call, body: bodyOf(values) })
      }
      confirm={(values, requestKey) =>
        api.post("/api/redemptions/{code}/reversals", { ...call, body: bodyOf(values), requestKey })
      }
      done="The redemption was reversed."
      touched={[memberId]}
      onClose={onClose}
    >
      <Text size="sm">
        The points go back into the lots that they came from. Points whose expiry has passed since do not come
        back, unless the program renews them.
      </Text>
      <PointsField
        form={form}
        description={
          <>
            <Points value={left} /> of <Points value={points} /> have not been reversed
          </>
        }
      />
      <ReasonField form={form} name="notes" />
    </MovementDialog>
  );
};

/** Spends what is held, all or part. */
export const CaptureDialog = ({
  memberId,
  hold,
  onClose,
}: {
  memberId: string;
  hold: Hold;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const left = (hold.points * 1000 - hold.captured * 1000) / 1000;
  const form = useForm({
    initialValues: { points: left as number | string, notes: "" },
    validate: { points: required("Enter how many points") },
  });
  type Values = typeof form.values;
  const bodyOf = (values: Values) => ({ points: Number(values.points), notes: values.notes.trim() });
  const call = { params: { id: hold.id } };
  return (
    <MovementDialog
      title="Spend held points"
      action="Spend"
      form={form}
      fields={["points", "notes"]}
      preview={(values) => api.post("/api/holds/{id}/capture/preview", { ...call, body: bodyOf(values) })}
      confirm={(values, requestKey) =>
        api.post("/api/holds/{id}/capture", { ...call, body: bodyOf(values), requestKey })
      }
      done="The held points were spent."
      touched={[memberId]}
      onClose={onClose}
    >
      <Text size="sm">
        <Points value={left} unit /> are held. What is not spent now can be spent again by the member.
      </Text>
      <PointsField form={form} />
      <Textarea label="Notes" autosize minRows={2} {...form.getInputProps("notes")} />
    </MovementDialog>
  );
};
