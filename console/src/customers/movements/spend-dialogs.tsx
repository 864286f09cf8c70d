import { Select, Text, Textarea } from "@mantine/core";
import type { Hold, Redemption } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { Points } from "../../ui/amounts.tsx";
import { callsOf } from "./movement-calls.ts";
import { MovementDialog } from "./movement-dialog.tsx";
import {
  BillFields,
  billOf,
  given,
  HOW_MANY,
  type MemberParts,
  NO_BILL,
  noPointsOf,
  PointsField,
  PurseFields,
  pointsOf,
  ReasonField,
  WHY,
} from "./movement-fields.tsx";

/** Spends points of a member. */
export const RedeemDialog = ({ memberId, purses, onClose }: MemberParts) => {
  const { api } = useOrganisation();
  return (
    <MovementDialog
      title="Redeem points"
      action="Redeem"
      initial={{ ...noPointsOf(purses), ...NO_BILL, notes: "" }}
      check={{ points: HOW_MANY, notes: WHY }}
      body={({ notes, ...values }) => ({ ...pointsOf(values), ...billOf(values), ...given({ notes }) })}
      calls={callsOf(api, "/api/customers/{id}/redemptions", { id: memberId })}
      done="The points were redeemed."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <PurseFields form={form} purses={purses} can="can be spent" />
          <BillFields form={form} description="The bill that the points pay, if there is one" />
          <ReasonField form={form} name="notes" />
        </>
      )}
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
export const HoldDialog = ({ memberId, purses, onClose }: MemberParts) => {
  const { api } = useOrganisation();
  return (
    <MovementDialog
      title="Hold points"
      action="Hold"
      initial={{ ...noPointsOf(purses), ttlSeconds: "900", ...NO_BILL, notes: "" }}
      check={{ points: HOW_MANY, notes: WHY }}
      body={({ ttlSeconds, notes, ...values }) => ({
        ...pointsOf(values),
        ttlSeconds: Number(ttlSeconds),
        ...billOf(values),
        ...given({ notes }),
      })}
      calls={callsOf(api, "/api/customers/{id}/holds", { id: memberId })}
      done="The points are held."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <PurseFields form={form} purses={purses} can="can be spent" />
          <Select
            label="For how long"
            description="After that they can be spent again"
            data={TIMES}
            allowDeselect={false}
            {...form.getInputProps("ttlSeconds")}
          />
          <BillFields form={form} description="The bill that they are held for, if there is one" />
          <ReasonField form={form} name="notes" />
        </>
      )}
    </MovementDialog>
  );
};

/** What is left of so many points when so many are done with. */
const lessOf = (points: number, done: number): number => (points * 1000 - done * 1000) / 1000;

/** Spends what is held, all or part. */
export const CaptureDialog = ({
  memberId,
  hold: { id, points, captured },
  onClose,
}: {
  memberId: string;
  hold: Hold;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const left = lessOf(points, captured);
  return (
    <MovementDialog
      title="Spend held points"
      action="Spend"
      initial={{ points: left as number | string, notes: "" }}
      check={{ points: HOW_MANY }}
      body={({ points: some, notes }) => ({ points: Number(some), ...given({ notes }) })}
      calls={callsOf(api, "/api/holds/{id}/capture", { id })}
      done="The held points were spent."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <Text size="sm">
            <Points value={left} unit /> are held. What is not spent now can be spent again by the member.
          </Text>
          <PointsField form={form} />
          <Textarea label="Notes" autosize minRows={2} maxLength={500} {...form.getInputProps("notes")} />
        </>
      )}
    </MovementDialog>
  );
};

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
  const left = lessOf(points, reversed);
  return (
    <MovementDialog
      title={`Reverse redemption ${code}`}
      action="Reverse"
      initial={{ points: left as number | string, notes: "" }}
      check={{ points: HOW_MANY, notes: WHY }}
      body={({ points: some, notes }) => ({ points: Number(some), ...given({ notes }) })}
      calls={callsOf(api, "/api/redemptions/{code}/reversals", { code })}
      done="The redemption was reversed."
      touches={() => [memberId]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <Text size="sm">
            The points go back into the lots that they came from. Points whose expiry has passed since do not
            come back, unless the program renews them.
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
        </>
      )}
    </MovementDialog>
  );
};
