import { Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Lot } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { required } from "../../ui/form-errors.ts";
import { MemberPicker } from "../member-picker.tsx";
import { MovementDialog } from "./movement-dialog.tsx";
import { given, PointsField, ReasonField } from "./movement-fields.tsx";
import { Spendable } from "./spendable.tsx";

interface Parts {
  readonly memberId: string;
  readonly available: number | undefined;
  readonly onClose: () => void;
}

/** Gives a member points as goodwill. */
export const GrantDialog = ({ memberId, onClose }: Parts) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { points: "" as number | string, expiresOn: "", reason: "", comments: "" },
    validate: { points: required("Enter how many points"), reason: required("Say why") },
  });
  const bodyOf = ({ points, expiresOn, reason, comments }: typeof form.values) => ({
    points: Number(points),
    reason: reason.trim(),
    ...given("expiresOn", expiresOn),
    ...given("comments", comments),
  });
  const call = { params: { id: memberId } };
  return (
    <MovementDialog
      title="Grant points"
      action="Grant"
      form={form}
      fields={["points", "expiresOn", "reason", "comments"]}
      preview={(values) => api.post("/api/customers/{id}/grants/preview", { ...call, body: bodyOf(values) })}
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/grants", { ...call, body: bodyOf(values), requestKey })
      }
      done="The points were given."
      touched={[memberId]}
      onClose={onClose}
    >
      <PointsField form={form} />
      <TextInput
        type="date"
        label="Last day"
        description="As the program says when empty"
        {...form.getInputProps("expiresOn")}
      />
      <ReasonField form={form} name="reason" />
      <Textarea label="Comments" autosize minRows={2} maxLength={500} {...form.getInputProps("comments")} />
    </MovementDialog>
  );
};

/** Takes points from a member. */
export const DeductDialog = ({ memberId, available, onClose }: Parts) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { points: "" as number | string, reason: "", comments: "" },
    validate: { points: required("Enter how many points"), reason: required("Say why") },
  });
  const bodyOf = ({ points, reason, comments }: typeof form.values) => ({
    points: Number(points),
    reason: reason.trim(),
    ...given("comments", comments),
  });
  const call = { params: { id: memberId } };
  return (
    <MovementDialog
      title="Deduct points"
      action="Deduct"
      dangerous
      form={form}
      fields={["points", "reason", "comments"]}
      preview={(values) =>
        api.post("/api/customers/{id}/deductions/preview", { ...call, body: bodyOf(values) })
      }
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/deductions", { ...call, body: bodyOf(values), requestKey })
      }
      done="The points were taken."
      touched={[memberId]}
      onClose={onClose}
    >
      <PointsField form={form} description={<Spendable points={available} />} />
      <ReasonField form={form} name="reason" />
      <Textarea label="Comments" autosize minRows={2} maxLength={500} {...form.getInputProps("comments")} />
    </MovementDialog>
  );
};

/** Passes points of a member to another. */
export const TransferDialog = ({ memberId, available, onClose }: Parts) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { points: "" as number | string, toCustomerId: null as string | null, notes: "" },
    validate: {
      points: required("Enter how many points"),
      toCustomerId: (value) => (value === null ? "Choose who gets them" : null),
      notes: required("Say why"),
    },
  });
  const bodyOf = ({ points, toCustomerId, notes }: typeof form.values) => ({
    points: Number(points),
    toCustomerId: toCustomerId ?? "",
    notes: notes.trim(),
  });
  const { toCustomerId } = form.values;
  const call = { params: { id: memberId } };
  return (
    <MovementDialog
      title="Transfer points"
      action="Transfer"
      form={form}
      fields={["points", "toCustomerId", "notes"]}
      preview={(values) =>
        api.post("/api/customers/{id}/transfers/preview", { ...call, body: bodyOf(values) })
      }
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/transfers", { ...call, body: bodyOf(values), requestKey })
      }
      done="The points were transferred."
      touched={toCustomerId === null ? [memberId] : [memberId, toCustomerId]}
      onClose={onClose}
    >
      <PointsField form={form} description={<Spendable points={available} />} />
      <MemberPicker
        label="To member"
        required
        except={memberId}
        value={toCustomerId}
        onChange={(id) => form.setFieldValue("toCustomerId", id)}
        error={form.errors.toCustomerId}
      />
      <ReasonField form={form} name="notes" />
    </MovementDialog>
  );
};

/** Moves the last day of a lot. */
export const MoveExpiryDialog = ({
  memberId,
  lot,
  onClose,
}: {
  memberId: string;
  lot: Lot;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const form = useForm({
    initialValues: { expiresOn: lot.expiresAt?.slice(0, 10) ?? "", reason: "" },
    validate: { reason: required("Say why") },
  });
  const bodyOf = ({ expiresOn, reason }: typeof form.values) => ({
    reason: reason.trim(),
    programId: lot.programId,
    ...given("expiresOn", expiresOn),
  });
  const call = {
    params: { id: memberId, eventNo: String(lot.eventNo), lineNo: String(lot.lineNo) },
  };
  return (
    <MovementDialog
      title="Move the expiry date"
      action="Move"
      form={form}
      fields={["expiresOn", "reason"]}
      preview={(values) =>
        api.post("/api/customers/{id}/lots/{eventNo}/{lineNo}/expiry/preview", {
          ...call,
          body: bodyOf(values),
        })
      }
      confirm={(values, requestKey) =>
        api.post("/api/customers/{id}/lots/{eventNo}/{lineNo}/expiry", {
          ...call,
          body: bodyOf(values),
          requestKey,
        })
      }
      done="The date was moved."
      touched={[memberId]}
      onClose={onClose}
    >
      <TextInput
        type="date"
        label="Last day"
        description="Never when empty"
        data-autofocus
        {...form.getInputProps("expiresOn")}
      />
      <ReasonField form={form} name="reason" />
    </MovementDialog>
  );
};
