import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Hold } from "#ledger";
import type { Organisation } from "#orgs";
import { formatIso, type Instant, POINTS_SCALE, toDecimal } from "#platform";
import type { Redeemed } from "../redemptions/post.ts";
import type { HoldReference, HoldState } from "./hold.ts";

/** A hold as the console and tills see it. */
export const HoldShape = Type.Object({
  id: Type.Integer(),
  customerId: Type.Integer(),
  programId: Type.Integer(),
  points: Type.Number(),
  captured: Type.Number({ description: "Spent of it so far" }),
  status: Type.Union(
    [Type.Literal("active"), Type.Literal("captured"), Type.Literal("released"), Type.Literal("expired")],
    { description: "expired from its time on, whether or not that was written down yet" },
  ),
  expiresAt: Type.String(),
});
export const HoldAnswer = Type.Object({
  ...HoldShape.properties,
  available: Type.Number({ description: "Points that may be spent besides" }),
});
export const CaptureAnswer = Type.Object({
  hold: HoldAnswer,
  redemption: Type.Object({
    code: Type.String({ description: "What the redemption is quoted by" }),
    points: Type.Number(),
    value: Type.Number({ description: "What they paid, in the organisation's currency" }),
    balance: Type.Number(),
  }),
});
export const HoldItem = Type.Object({
  ...HoldShape.properties,
  programName: Type.String(),
  createdAt: Type.String(),
  endedAt: Type.Union([Type.String(), Type.Null()]),
  billNumber: Type.String(),
  notes: Type.String(),
  by: Type.String(),
});

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** A hold past its time counts for nothing, also before a job wrote that down. */
export const statusAt = ({ status, expiresAt }: Hold, now: Instant): Hold["status"] =>
  status === "active" && expiresAt.getTime() <= now ? "expired" : status;

export const holdAnswer = (organisation: Organisation, state: HoldState): Static<typeof HoldAnswer> => ({
  id: state.holdId,
  customerId: state.customerId,
  programId: state.programId,
  points: points(state.points),
  captured: points(state.captured),
  status: state.status,
  expiresAt: formatIso(state.expiresAt, organisation.timeZone),
  available: points(state.available),
});

export const captureAnswer = (
  organisation: Organisation,
  { hold, ...redeemed }: Redeemed & { readonly hold: HoldState },
): Static<typeof CaptureAnswer> => ({
  hold: holdAnswer(organisation, hold),
  redemption: {
    code: redeemed.code,
    points: points(redeemed.points),
    value: toDecimal(redeemed.value, organisation.moneyScale),
    balance: points(redeemed.balance),
  },
});

export const holdItem = (
  organisation: Organisation,
  programs: ReadonlyMap<number, string>,
  hold: Hold,
  now: Instant,
): Static<typeof HoldItem> => {
  const iso = (time: Date) => formatIso(time.getTime(), organisation.timeZone);
  const { billNumber = "", notes = "", by = "" } = (hold.reference ?? {}) as Partial<HoldReference>;
  const status = statusAt(hold, now);
  const endedAt = hold.endedAt ?? (status === "expired" ? hold.expiresAt : null);
  return {
    id: hold.id,
    customerId: hold.partyId,
    programId: hold.programId,
    programName: programs.get(hold.programId) ?? "",
    points: points(hold.amount),
    captured: points(hold.captured),
    status,
    createdAt: iso(hold.createdAt),
    expiresAt: iso(hold.expiresAt),
    endedAt: endedAt === null ? null : iso(endedAt),
    billNumber,
    notes,
    by,
  };
};
