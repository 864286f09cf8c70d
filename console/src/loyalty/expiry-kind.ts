import type { Expiry, ExpiryStrategy, ProgramTier, SimpleExpiry } from "../api/programs.ts";

/** Kinds of expiry by what they do to points. */
export const KINDS: Record<Expiry["kind"], string> = {
  months: "After months",
  days: "After days",
  fixed_date: "On a day of the year",
  rolling: "After a time without purchases",
  registration_date: "On the day of joining",
  never: "Never",
  tier_end: "With the member’s tier",
  per_tier: "By tier",
};

const STARTS: Record<SimpleExpiry["kind"], SimpleExpiry> = {
  months: { kind: "months", months: 12, endsWith: "month" },
  days: { kind: "days", days: 365 },
  fixed_date: { kind: "fixed_date", month: 12, day: 31 },
  rolling: { kind: "rolling", months: 12, endsWith: "month" },
  registration_date: { kind: "registration_date" },
  never: { kind: "never" },
};

/** What an expiry of another kind begins with. */
export const expiryOfKind = (kind: Expiry["kind"], before: Expiry, tiers: readonly ProgramTier[]): Expiry => {
  if (kind === "tier_end") return { kind };
  if (kind !== "per_tier") return STARTS[kind];
  const simple = before.kind === "per_tier" || before.kind === "tier_end" ? STARTS.months : before;
  const { id: _, name: __, ...shape } = simple as Partial<ExpiryStrategy> & SimpleExpiry;
  return {
    kind: "per_tier",
    tiers: Object.fromEntries(tiers.map(({ number }) => [String(number), shape as SimpleExpiry])),
  };
};

/** A period of a rolling expiry counted in the other unit. */
export const rollingIn = (
  { maximumDays, endsWith }: Extract<Expiry, { kind: "rolling" }>,
  unit: "months" | "days",
): SimpleExpiry => ({
  kind: "rolling",
  ...(unit === "months" ? { months: 12, endsWith } : { days: 365, endsWith: "day" }),
  ...(maximumDays === undefined ? {} : { maximumDays }),
});
