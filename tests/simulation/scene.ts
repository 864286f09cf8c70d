import { DateTime } from "luxon";
import { type ProgramDefinition, starterDefinition } from "#loyalty";
import type { Movement } from "#points";
import type { Chance } from "./chance.ts";
import type { ModelCustomer } from "./model.ts";
import type { ModelMerge } from "./model-merge.ts";
import type { People } from "./people.ts";
import type { World } from "./world.ts";

export const ZONE = "Europe/London";
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Points live two months, to the end of the day, so that a year sees many expire. */
const LIFE_MONTHS = 2;
const GRACE_DAYS = 7;

/** One tier, and ten percent of a bill: as many thousandths as the bill has pence. */
export const definition = (): ProgramDefinition => {
  const starter = starterDefinition();
  const set = starter.activities.TransactionAdd[0]!;
  const rule: (typeof set.rules)[number] = {
    ...set.rules[0]!,
    condition: "true",
    award: {
      strategy: "prorated_percent",
      basis: "bill_amount",
      allTiers: 10,
      rounding: "half_up",
      decimals: 3,
    },
  };
  return {
    ...starter,
    tiers: starter.tiers.slice(0, 1),
    activities: { TransactionAdd: [{ ...set, rules: [rule] }] },
    expiry: { kind: "months", months: LIFE_MONTHS, endsWith: "day" },
  };
};

/** Luxon takes its time, and the zone's days begin on whole hours. */
const lifeEnds = new Map<number, number>();

/** When points of a bill expire, said with another library than the product's own arithmetic. */
export const expiryOfBill = (billedAt: number, now: number): number => {
  const hour = Math.floor(billedAt / HOUR);
  const known = lifeEnds.get(hour);
  const end =
    known ??
    DateTime.fromMillis(billedAt, { zone: ZONE })
      .plus({ months: LIFE_MONTHS })
      .endOf("day")
      .startOf("second")
      .toMillis();
  if (known === undefined) lifeEnds.set(hour, end);
  if (end > now) return end;
  const today = DateTime.fromMillis(now, { zone: ZONE }).startOf("day");
  return today.plus({ days: GRACE_DAYS }).endOf("day").startOf("second").toMillis();
};

/** What a step should come to: a reply with these fields, or a refusal of that number. */
export type Expected = { readonly reply: Readonly<Record<string, unknown>> } | { readonly refused: number };

/** One thing that happens, with what the model says of it. */
export interface Step<Item> {
  readonly what: string;
  /** Whose points it may move. */
  readonly parties: readonly number[];
  readonly item: Item;
  readonly expected: Expected;
  /** Tells the model the ids that the product chose. */
  readonly after?: (reply: Record<string, unknown>) => void;
}

/** A movement that was done, with its answer. */
export interface Answered {
  readonly parties: readonly number[];
  readonly item: Movement;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** A bill as it was sent, with its answer. */
export interface SentBill {
  readonly partyId: number;
  /** As whom the till named the customer. */
  readonly named: number;
  readonly body: object;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** A bill of nobody's. */
export interface AnonymousBill {
  readonly id: number;
  readonly number: string;
  readonly pence: number;
  readonly at: number;
  state: "open" | "asked" | "claimed";
}

/** What steps are made from. */
export interface Scene {
  readonly chance: Chance;
  readonly world: World;
  readonly now: number;
  readonly people: People;
  /** Merges that were made, oldest first. */
  readonly merges: ModelMerge[];
  /** Movements that were answered, a few of the newest. */
  readonly answered: readonly Answered[];
  /** Bills that may be sent again, a few of the newest, newest first. */
  readonly sent: SentBill[];
  readonly anonymous: AnonymousBill[];
  model(partyId: number): ModelCustomer;
  /** A customer for the next step. */
  party(): number;
  /** The customer, or by chance one who was merged into the customer: a call may name either. */
  named(partyId: number): number;
  /** The customer and those merged into the customer: who may be touched by a step of the customer's. */
  family(partyId: number): number[];
  /** The time of now, to the second, later than all before: what goes back was bought earlier, and no two returns are the same. */
  moment(): number;
  /** A number that was never given before. */
  serial(): number;
}
