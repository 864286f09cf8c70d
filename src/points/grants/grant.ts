import { type AccountKey, awardIdOf, type Category, type LotTerms, POINTS } from "#ledger";
import { awardOf, type CompiledProgram, expiresAt, type GrantPolicy, pointsEndWithTier } from "#loyalty";
import { type Instant, type Millipoints, POINTS_SCALE, type Tx } from "#platform";
import { checkRoom } from "../bounds.ts";
import { type Desk, type Located, type MovementKind, membershipOf, rowsOf } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { windowsOf } from "../redemptions/policy.ts";
import { requireProgramFor } from "../standing.ts";
import type { AdjustmentKind } from "./schema.ts";
import { type Goodwill, insertAdjustments, loadCampaignsOf, loadGoodwillSince } from "./store.ts";

/** How many points: said, or reckoned by one of the program's award strategies. */
export type GrantAmount =
  | { readonly points: Millipoints }
  | {
      readonly strategyId: number;
      /** A decimal: money, or points for a multiplier. */
      readonly sourceValue: number;
      readonly rounding: "FLOOR" | "ACTUAL" | "ROUND";
    };

/** Until when: by an expiry strategy (null: the program's own), or a date (null: for ever). */
export type GrantExpiry = { readonly strategyId: number | null } | { readonly at: Instant | null };

export interface GrantInput {
  readonly kind: Exclude<AdjustmentKind, "deduction">;
  /** Null: the default program. */
  readonly programId: number | null;
  /** 0: points. */
  readonly currencyId: number;
  readonly category: Category;
  readonly amount: GrantAmount;
  readonly expiry: GrantExpiry;
  /** When promised points become regular; null: when they are unlocked. */
  readonly convertsAt: Instant | null;
  /** When the points were earned, for points that come from elsewhere; null: now. */
  readonly awardedAt: Instant | null;
  readonly reason: string;
  readonly comments: string;
  /** The bill that the points are tied to: its return takes them back. */
  readonly bill: { readonly transactionId: number; readonly number: string; readonly line: number } | null;
  readonly promotion: { readonly id: number | null; readonly name: string } | null;
  /** Of a campaign: its name. A customer, with everybody merged into them, gets the points of one campaign once. */
  readonly campaign?: string;
  /** The run of an import that gives them. */
  readonly importId?: number;
}

/** The reply to a grant, before the dialect dresses it. */
export interface Granted {
  readonly customerId: number;
  readonly grantId: number;
  readonly eventId: number;
  readonly awardId: number;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly points: Millipoints;
  /** Before rounding, a decimal. */
  readonly rawPoints: number;
  readonly expiresAt: Instant | null;
  readonly balance: Millipoints;
}

const EVENTS: Readonly<Record<GrantInput["kind"], string>> = {
  goodwill: "AllocateGoodwillPoints",
  issue: "BulkAllocatePoints",
  campaign: "BulkAllocatePoints",
  import: "BulkAllocatePoints",
};

/** What deciding grants looks at beside the desk; grants of the batch are added as they are decided. */
interface GrantExtra {
  readonly goodwill: Goodwill[];
  /** Campaigns that gave points before, as `party/campaign`. */
  readonly campaigns: Set<string>;
}

/** The name under which a campaign is known, however it is spelled. */
const campaignOf = ({ campaign }: GrantInput): string => (campaign ?? "").trim().toLowerCase();

const partiesOf = (movements: readonly Located<GrantInput>[]): number[] => [
  ...new Set(movements.map(({ partyIds }) => partyIds[0]!)),
];

const load = async (
  tx: Tx,
  { organisation: { id: orgId, timeZone } }: Desk,
  movements: readonly Located<GrantInput>[],
): Promise<GrantExtra> => {
  const goodwill = movements.filter(({ input }) => input.kind === "goodwill");
  const since = Math.min(...goodwill.map(({ now }) => windowsOf(now, timeZone).month.start));
  const campaigning = movements.filter(({ input }) => campaignOf(input) !== "");
  const names = [...new Set(campaigning.map(({ input }) => campaignOf(input)))];
  const [given, campaigns] = await Promise.all([
    goodwill.length === 0 ? [] : loadGoodwillSince(tx, orgId, partiesOf(goodwill), since),
    names.length === 0 ? new Set<string>() : loadCampaignsOf(tx, orgId, partiesOf(campaigning), names),
  ]);
  return { goodwill: given, campaigns };
};

/** Checks that the program knows the currency, and that the points have no finer parts than it. */
export const checkCurrency = (
  program: CompiledProgram,
  currencyId: number,
  points: Millipoints,
  tooFine: (decimals: number) => Error,
): void => {
  if (currencyId === POINTS) return;
  const currency = program.currencies.get(currencyId);
  if (currency === undefined) throw errors.unknown_currency({ value: currencyId });
  const unit = POINTS_SCALE / 10 ** currency.decimals;
  if (points % unit !== 0) throw tooFine(currency.decimals);
};

const checkCaps = (
  { goodwillMaximum: maximum, goodwillPerMonth: limit }: GrantPolicy,
  points: Millipoints,
  given: Millipoints,
): void => {
  if (maximum !== null && points > maximum)
    throw errors.above_goodwill_maximum({ maximum: maximum / POINTS_SCALE });
  if (limit !== null && given + points > limit)
    throw errors.above_goodwill_month({
      limit: limit / POINTS_SCALE,
      left: Math.max(0, limit - given) / POINTS_SCALE,
    });
};

/** What is given, before and after rounding. */
const amountOf = (
  program: CompiledProgram,
  amount: GrantAmount,
  tier: number,
): { readonly points: Millipoints; readonly raw: number } => {
  if ("points" in amount) return { points: amount.points, raw: amount.points / POINTS_SCALE };
  const { strategyId, sourceValue, rounding } = amount;
  const reckoned = awardOf(program, strategyId, { sourceValue, tier });
  if (reckoned === null)
    throw errors.not_supported({
      field: "awardStrategyId",
      reason: `there is no award strategy ${strategyId}`,
    });
  if (rounding === "ACTUAL") return { points: reckoned.points, raw: reckoned.raw };
  const whole = rounding === "FLOOR" ? Math.floor(reckoned.raw) : Math.floor(reckoned.raw + 0.5);
  return { points: whole * POINTS_SCALE, raw: reckoned.raw };
};

const expiryOf = (
  desk: Desk,
  partyId: number,
  program: CompiledProgram,
  { expiry, awardedAt }: GrantInput,
  now: Instant,
): { readonly expiresAt: Instant | null; readonly rolls: boolean; readonly strategyId: number | null } => {
  if ("at" in expiry) return { expiresAt: expiry.at, rolls: false, strategyId: null };
  const { strategyId } = expiry;
  if (strategyId !== null && !program.expiries.has(strategyId))
    throw errors.not_supported({
      field: "expiryStrategyId",
      reason: `there is no expiry strategy ${strategyId}`,
    });
  const membership = membershipOf(desk, partyId, program.programId);
  const moment = {
    at: awardedAt ?? now,
    now,
    tier: membership?.tierNumber ?? 1,
    joinedAt: (membership?.joinedAt ?? desk.profiles.get(partyId)!.registeredAt).getTime(),
    tierEndsAt: pointsEndWithTier(program, membership),
    timeZone: desk.organisation.timeZone,
  };
  return { ...expiresAt(program, strategyId, moment), strategyId };
};

const sourceOf = ({ bill, promotion }: GrantInput): LotTerms["source"] => {
  if (bill === null) return "customer_promotions";
  if (bill.line > 0) return promotion === null ? "line_item_regular" : "line_item_promotions";
  return promotion === null ? "bill_regular" : "bill_promotions";
};

/** Refuses points that nobody can have: earned later than now, or gone by a date before now. */
const checkDates = ({ awardedAt, expiry }: GrantInput, now: Instant): void => {
  if (awardedAt !== null && awardedAt > now)
    throw errors.awarded_in_future({ field: "awardedAt", value: new Date(awardedAt).toISOString() });
  if ("at" in expiry && expiry.at !== null && expiry.at <= now)
    throw errors.expired_grant({ field: "expiresAt", value: new Date(expiry.at).toISOString() });
};

/** Gives points: goodwill, manual issue, campaigns, points from elsewhere (points.md §4.5, §4.6). */
export const grantKind: MovementKind<GrantInput, GrantExtra> = {
  name: "grant",
  ids: 1,
  load,
  decide: (movement, desk, { goodwill, campaigns }): Granted => {
    const { input, now } = movement;
    const partyId = movement.partyIds[0]!;
    checkDates(input, now);
    const campaign = campaignOf(input);
    if (campaign !== "" && campaigns.has(`${partyId}/${campaign}`))
      throw errors.campaign_given({ id: partyId, campaign: input.campaign?.trim() });
    const program = requireProgramFor(desk, input.programId, [partyId], now, false);
    const { programId } = program;
    const key: AccountKey = { programId, currencyId: input.currencyId, category: input.category };
    const tier = membershipOf(desk, partyId, programId)?.tierNumber ?? 1;
    const { points, raw } = amountOf(program, input.amount, tier);
    if (points <= 0) throw errors.bad_grant({ field: "points", value: points / POINTS_SCALE });
    checkCurrency(program, key.currencyId, points, (decimals) =>
      errors.too_fine({ field: "points", decimals }),
    );
    if (input.kind === "goodwill" && key.currencyId === POINTS) {
      const month = windowsOf(now, desk.organisation.timeZone).month.start;
      const given = goodwill.filter(
        (item) => item.partyId === partyId && item.programId === programId && item.at >= month,
      );
      checkCaps(
        program.grants,
        points,
        given.reduce((sum, { amount }) => sum + amount, 0),
      );
    }
    checkRoom(desk, partyId, key, points);
    const granted = post(movement, desk, program, key, { points, raw });
    if (input.kind === "goodwill" && key.currencyId === POINTS)
      goodwill.push({ partyId, programId, at: now, amount: points });
    if (campaign !== "") campaigns.add(`${partyId}/${campaign}`);
    return granted;
  },
};

const post = (
  { input, partyIds, now, tillId, by, userId }: Located<GrantInput>,
  desk: Desk,
  program: CompiledProgram,
  key: AccountKey,
  { points, raw }: { readonly points: Millipoints; readonly raw: number },
): Granted => {
  const partyId = partyIds[0]!;
  const { kind, reason, comments, bill, promotion, amount, awardedAt } = input;
  const { expiresAt: until, rolls, strategyId } = expiryOf(desk, partyId, program, input, now);
  const eventId = desk.nextId("event");
  const id = desk.nextId("points");
  const promotionTold = {
    ...(promotion === null || promotion.id === null ? {} : { promotionId: promotion.id }),
    ...(promotion === null || promotion.name === "" ? {} : { promotionName: promotion.name }),
  };
  const { eventNo, bookedAt } = desk.book.post({
    partyId,
    eventId,
    eventName: EVENTS[kind],
    bookedAt: now,
    recordedAt: desk.recordedAt,
    tillId,
    sourceProgramId: program.programId,
    reference: {
      ...(reason === "" ? {} : { reason }),
      ...(comments === "" ? {} : { comments }),
      ...(userId === null ? {} : { userId }),
      by,
      ...(awardedAt === null ? {} : { date: awardedAt }),
      ...(bill === null ? {} : { transactionId: bill.transactionId, transactionNumber: bill.number }),
      ...promotionTold,
    },
    postings: [
      {
        ...key,
        contra: "issued",
        amount: points,
        expiresAt: until,
        lot: {
          source: sourceOf(input),
          transactionId: bill?.transactionId ?? null,
          billLine: bill?.line ?? 0,
          convertsAt: key.category === 2 ? input.convertsAt : null,
          rolls,
          details: {
            ...(reason === "" ? {} : { reason }),
            ...("strategyId" in amount ? { awardStrategyId: amount.strategyId } : {}),
            ...(strategyId === null ? {} : { expiryStrategyId: strategyId }),
            ...promotionTold,
          },
        },
      },
    ],
  });
  rowsOf(desk, "adjustments", insertAdjustments).push({
    partyId,
    id,
    kind,
    ...key,
    eventNo,
    eventId,
    amount: points,
    reason,
    comments,
    campaign: campaignOf(input),
    importId: input.importId ?? null,
    madeBy: by,
    userId,
    tillId,
    madeAt: bookedAt,
    recordedAt: desk.recordedAt,
  });
  desk.writes.events.push({
    orgId: desk.organisation.id,
    partyId,
    type: "points.granted",
    occurredAt: new Date(bookedAt),
    payload: { ...key, amount: points, kind, grantId: id, reason, eventNo, eventId, tillId },
  });
  return {
    customerId: partyId,
    grantId: id,
    eventId,
    awardId: awardIdOf(eventId, 1),
    ...key,
    points,
    rawPoints: raw,
    expiresAt: until,
    balance: desk.book.account(partyId, key)?.balance ?? 0,
  };
};
