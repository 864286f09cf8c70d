import { createCatalogue, type ExtendedFieldDefinition } from "#expressions";
import type { MemberState, Membership, TransactionFacts } from "./decide/schema.ts";
import type { Action } from "./programs/actions.ts";
import type { Award } from "./programs/awards.ts";
import { type CompiledProgram, type CompileOptions, compileProgram } from "./programs/compile.ts";
import type { ProgramDefinition, Rule, RuleSet } from "./programs/schema.ts";
import { starterDefinition } from "./programs/starter.ts";

export { publishProgram, starterDefinition } from "./programs/starter.ts";

/** Noon of a winter's day in London. */
export const SOME_DAY = Date.UTC(2026, 0, 20, 12);
const MONEY_SCALE = 10_000;

/** A definition with rules of the caller's; what they leave out, and the rest, is the starter's: points for 12 months, to the end of the month. */
export const definitionWith = (
  rules: readonly (Partial<Omit<Rule, "award">> & { readonly award?: object })[],
  changes: Partial<Omit<ProgramDefinition, "activities">> = {},
): ProgramDefinition => {
  const starter = starterDefinition();
  const base = starter.activities.TransactionAdd[0]!;
  return {
    ...starter,
    ...changes,
    activities: {
      TransactionAdd: [
        {
          ...base,
          rules: rules.map((rule, index) => ({
            ...base.rules[0]!,
            id: `rule${index + 1}`,
            name: `Rule ${index + 1}`,
            ...rule,
            award: { ...base.rules[0]!.award, ...rule.award } as Award,
          })),
        },
      ],
    },
  };
};

/** The starter's definition with sets of rules of the caller's; what they leave out has usual names, and is always true. */
export const definitionWithSets = (
  sets: readonly (Partial<Omit<RuleSet, "rules">> & { readonly rules: readonly Partial<Rule>[] })[],
): ProgramDefinition => ({
  ...starterDefinition(),
  activities: {
    TransactionAdd: sets.map((set, index) => ({
      ...{ id: `set${index + 1}`, name: `Set ${index + 1}` },
      ...set,
      rules: set.rules.map((rule, position) => ({
        ...{
          id: `r${index + 1}_${position + 1}`,
          name: `Rule ${index + 1}.${position + 1}`,
          condition: "true",
        },
        ...rule,
      })),
    })),
  },
});

/** The action of giving points: a fixed number, or what the changes say. */
export const awarding = (points: number, changes: Partial<Award> = {}): Action => ({
  type: "award",
  award: {
    strategy: "fixed",
    basis: "bill_amount",
    allTiers: points,
    rounding: "half_up",
    decimals: 2,
    ...changes,
  },
});

/** A published version in memory: program 7 of organisation 1, in pounds, London; `fields` are its extended fields. */
export const compiledProgram = (
  definition: ProgramDefinition = starterDefinition(),
  {
    fields = [],
    ...changes
  }: Partial<CompileOptions> & { readonly fields?: readonly ExtendedFieldDefinition[] } = {},
): CompiledProgram =>
  compileProgram(definition, {
    programId: 7,
    orgId: 1,
    name: "Club",
    description: "",
    pointsToCurrencyRatio: 0.01,
    isDefault: true,
    version: 1,
    effectiveFrom: 0,
    currency: "GBP",
    moneyScale: MONEY_SCALE,
    timeZone: "Europe/London",
    organization: { name: "Shop" },
    catalogue: createCatalogue(fields),
    ...changes,
  });

/** A bill of some pounds on SOME_DAY in a London store; what is not said is plain. */
export const bill = (pounds: number, changes: Partial<TransactionFacts> = {}): TransactionFacts => ({
  transactionId: 1,
  number: "B-1",
  billedAt: SOME_DAY,
  now: changes.billedAt ?? SOME_DAY,
  amount: Math.round(pounds * MONEY_SCALE),
  grossAmount: null,
  discount: null,
  moneyScale: MONEY_SCALE,
  note: null,
  lines: [],
  extendedFields: {},
  store: { code: "lon1", name: "London", zones: ["city", "south"], concepts: ["fashion"] },
  source: "INSTORE",
  timeZone: "Europe/London",
  ...changes,
});

/** A member of program 7 since the start of 2026. */
export const membership = (changes: Partial<Membership> = {}): Membership => ({
  partyId: 11,
  programId: 7,
  joinedAt: new Date("2026-01-01T00:00:00Z"),
  tierNumber: 1,
  tierSince: new Date("2026-01-01T00:00:00Z"),
  tierExpiresAt: null,
  lifetimePurchases: 0,
  transactionCount: 0,
  visitCount: 0,
  lastVisitOn: null,
  changeNo: 1,
  ...changes,
});

/** The state of such a member, a loyal customer. */
export const member = (changes: Partial<Membership> = {}): MemberState => ({
  membership: membership(changes),
  balance: 0,
  lifetimePoints: 0,
  profile: {
    firstName: "Ana",
    lastName: "Reyes",
    email: "ana@example.com",
    mobile: "447700900001",
    externalId: null,
    loyaltyType: "loyalty",
    extendedFields: {},
  },
});
