import { Textarea, TextInput } from "@mantine/core";
import type { Lot } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { useFormat } from "../../ui/format-context.tsx";
import { MemberPicker } from "../member-picker.tsx";
import { callsOf } from "./movement-calls.ts";
import { MovementDialog } from "./movement-dialog.tsx";
import {
  given,
  HOW_MANY,
  type MemberParts,
  noPointsOf,
  PurseFields,
  pointsOf,
  ReasonField,
  WHY,
} from "./movement-fields.tsx";

/** Gives a member points as goodwill. */
export const GrantDialog = ({ memberId, purses, onClose }: MemberParts) => {
  const { api } = useOrganisation();
  return (
    <MovementDialog
      title="Grant points"
      action="Grant"
      initial={{ ...noPointsOf(purses), expiresOn: "", reason: "", comments: "" }}
      check={{ points: HOW_MANY, reason: WHY }}
      body={({ points, programId, ...texts }) => ({ ...pointsOf({ points, programId }), ...given(texts) })}
      calls={callsOf(api, "/api/customers/{id}/grants", { id: memberId })}
      done="The points were given."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <PurseFields form={form} purses={purses} />
          <TextInput
            type="date"
            label="Last day"
            description="Empty: as the program says"
            {...form.getInputProps("expiresOn")}
          />
          <ReasonField form={form} name="reason" />
          <Textarea
            label="Comments"
            autosize
            minRows={2}
            maxLength={500}
            {...form.getInputProps("comments")}
          />
        </>
      )}
    </MovementDialog>
  );
};

/** Takes points from a member. */
export const DeductDialog = ({ memberId, purses, onClose }: MemberParts) => {
  const { api } = useOrganisation();
  return (
    <MovementDialog
      title="Deduct points"
      action="Deduct"
      dangerous
      initial={{ ...noPointsOf(purses), reason: "", comments: "" }}
      check={{ points: HOW_MANY, reason: WHY }}
      body={({ points, programId, ...texts }) => ({ ...pointsOf({ points, programId }), ...given(texts) })}
      calls={callsOf(api, "/api/customers/{id}/deductions", { id: memberId })}
      done="The points were taken."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <PurseFields form={form} purses={purses} can="can be taken" />
          <ReasonField form={form} name="reason" />
          <Textarea
            label="Comments"
            autosize
            minRows={2}
            maxLength={500}
            {...form.getInputProps("comments")}
          />
        </>
      )}
    </MovementDialog>
  );
};

/** Passes points of a member to another. */
export const TransferDialog = ({ memberId, purses, onClose }: MemberParts) => {
  const { api } = useOrganisation();
  return (
    <MovementDialog
      title="Transfer points"
      action="Transfer"
      initial={{ ...noPointsOf(purses), toCustomerId: null as string | null, notes: "" }}
      check={{
        points: HOW_MANY,
        toCustomerId: (value) => (value === null ? "Choose who gets them" : null),
        notes: WHY,
      }}
      body={({ points, programId, toCustomerId, notes }) => ({
        ...pointsOf({ points, programId }),
        toCustomerId: toCustomerId ?? "",
        ...given({ notes }),
      })}
      calls={callsOf(api, "/api/customers/{id}/transfers", { id: memberId })}
      done="The points were transferred."
      touches={({ toCustomerId }) => (toCustomerId === null ? [memberId] : [memberId, toCustomerId])}
      onClose={onClose}
    >
      {(form) => (
        <>
          <PurseFields form={form} purses={purses} can="can be spent" />
          <MemberPicker
            label="To member"
            required
            except={memberId}
            value={form.values.toCustomerId}
            onChange={(id) => form.setFieldValue("toCustomerId", id)}
            error={form.errors.toCustomerId}
          />
          <ReasonField form={form} name="notes" />
        </>
      )}
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
  const format = useFormat();
  const { programId, eventNo, lineNo, expiresAt } = lot;
  const params = { id: memberId, eventNo: String(eventNo), lineNo: String(lineNo) };
  return (
    <MovementDialog
      title="Move the expiry date"
      action="Move"
      initial={{ expiresOn: expiresAt === null ? "" : format.dayOf(expiresAt), reason: "" }}
      check={{ reason: WHY }}
      body={(texts) => ({ programId, ...given(texts) })}
      calls={callsOf(api, "/api/customers/{id}/lots/{eventNo}/{lineNo}/expiry", params)}
      done="The date was moved."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <TextInput
            type="date"
            label="Last day"
            description="Empty: never"
            data-autofocus
            {...form.getInputProps("expiresOn")}
          />
          <ReasonField form={form} name="reason" />
        </>
      )}
    </MovementDialog>
  );
};
