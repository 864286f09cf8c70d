import type { Organisation } from "#orgs";
import { DecisionContext } from "../decide/context.ts";
import type { Award, TransactionFacts } from "../decide/schema.ts";
import { bill, compiledProgram, member, membership } from "../testing.ts";
import { compileTargets, type OrgTargets, type TargetOptions } from "./compile.ts";
import { trackReturn } from "./returned.ts";
import type { Target, TargetGroup, TargetState, UnifiedCondition } from "./schema.ts";
import { trackTargets } from "./track.ts";
import { NO_TARGETS, type Tracked } from "./tracked.ts";
import { fixedBoundary } from "./windows.ts";

const MONEY_SCALE = 10_000;
/** Midnight in London that begins 2026. */
const START = Date.UTC(2026, 0, 1);

const ORGANISATION = {
  id: 1,
  timeZone: "Europe/London",
  moneyScale: MONEY_SCALE,
  fields: [],
  entity: () => null,
  flag: () => false,
  setting: () => undefined,
} as unknown as Organisation;

interface TargetTerms extends Partial<Omit<Target, "steps" | "extendedField">> {
  readonly extendedField?: object;
  readonly steps?: readonly (readonly ["ABSOLUTE" | "PERCENTAGE", number])[];
  readonly levels?: readonly number[];
}

interface Terms extends Partial<Omit<TargetGroup, "targets" | "unified">> {
  readonly targets: readonly object[];
  readonly unified?: Partial<UnifiedCondition>;
  readonly options?: Partial<TargetOptions>;
}

/** A group of months of 2026 in a shop in London; what is not said is plain. */
const definitionsOf = ({ targets, unified, options, ...changes }: Terms): OrgTargets => {
  const { frequencyType = "MONTHLY", totalPeriods = 6, evaluationType = "FIXED_CALENDAR_WINDOW" } = changes;
  const isFixed = evaluationType === "FIXED_CALENDAR_WINDOW";
  const rhythm = { frequencyType, frequency: 1 };
  const boundary = (count: number) => new Date(fixedBoundary(rhythm, START, count, "Europe/London"));
  const group: TargetGroup = {
    ...{
      id: 1,
      name: "Group",
      description: "",
      trackingType: "DEFAULT",
      evaluationType,
      ...rhythm,
      totalPeriods,
    },
    ...{ preferredTillId: null, aggregateWindow: null, isUserCreated: false, hasLeaderboard: false },
    unified:
      unified === undefined
        ? null
        : { combinationType: "ALL", thresholdValue: null, aggregation: null, ruleExpression: "", ...unified },
    ...{ createdAt: new Date(0), createdBy: "", updatedAt: new Date(0), updatedBy: "" },
    ...changes,
    periods: Array.from({ length: totalPeriods }, (_, index) => ({
      ...{ id: 100 + index, cycle: index + 1, refCode: `Cycle_${index + 1}`, isActive: true },
      startsAt: isFixed ? boundary(index) : null,
      endsAt: isFixed ? boundary(index + 1) : null,
    })),
    targets: targets.map((given, index): Target => {
      const { steps = [], levels = [], ...terms } = given as TargetTerms;
      return {
        ...{
          id: 10 + index,
          groupId: 1,
          name: `Target ${index + 1}`,
          description: "",
          entity: "TRANSACTION",
        },
        ...{ type: "SALES", currencyIdentifier: null, expression: "", expressionJson: null },
        ...{ filters: [], defaultValues: [1e6], enrolmentMethod: "TRANSACTION", isActive: true },
        ...(terms as Partial<Target>),
        extendedField: (terms.extendedField as Target["extendedField"]) ?? null,
        steps: [
          ...steps.map(([valueType, value], place) => ({
            ...{ id: 1000 + place, kind: "sub_target" as const, name: `Step ${place + 1}`, valueType, value },
          })),
          ...levels.map((value, place) => ({
            ...{ id: 2000 + place, kind: "streak" as const, name: `Level ${place + 1}` },
            ...{ valueType: "COUNT" as const, value },
          })),
        ],
      } as Target;
    }),
  };
  const standard = { fromEnrolment: false, lowersOnReturn: true, carriesReturns: false };
  return {
    ...compileTargets(ORGANISATION, [group]),
    options: { ...standard, delayDays: 0, allLeaderboards: false, ...options },
  };
};

/** What one member does, step by step. */
export interface Story {
  readonly state: TargetState;
  readonly definitions: OrgTargets;
  /** Small units per unit of the first target. */
  readonly scale: number;
  /** Id of the newest bill; they are numbered from 1. */
  lastId(): number;
  /** A bill of an amount of money that earns so many points. */
  buy(pounds: number, billedAt: number, facts?: Partial<TransactionFacts>, points?: number): Tracked;
  /** A return that leaves so much of a bill's amount; all of it goes back when nothing is said. */
  giveBack(id: number, left?: number, whole?: number, at?: number): Tracked;
}

export const storyOf = (terms: Terms): Story => {
  const definitions = definitionsOf(terms);
  const program = compiledProgram();
  let bills = 0;
  let state: TargetState = { partyId: 11, ...NO_TARGETS };
  let last = START;
  const keep = (tracked: Tracked): Tracked => {
    state = tracked.state;
    return tracked;
  };
  return {
    get state() {
      return state;
    },
    definitions,
    scale: definitions.groups[0]!.targets[0]!.scale,
    lastId: () => bills,
    buy: (pounds, billedAt, changes = {}, points = 0) => {
      bills += 1;
      last = billedAt;
      const facts = bill(pounds, {
        transactionId: bills,
        number: `B${bills}`,
        billedAt,
        now: billedAt,
        ...changes,
      });
      const view = new DecisionContext(program, facts, member(), membership(), membership(), 1, 1);
      const awards =
        points === 0 ? [] : [{ currencyId: 0, category: "regular", source: "bill_regular", points } as Award];
      return keep(trackTargets(definitions, { facts, view, awards, currencyOf: () => null }, state));
    },
    giveBack: (id, left = 0, whole = 1, at = last) => {
      const item = { returnId: 500 + id, number: `R${id}`, transactionId: id, returnedAt: at, now: at };
      const bill = { amount: { left, whole }, lines: new Map(), isWhole: left === 0 };
      return keep(trackReturn(definitions, { ...item, left: bill }, state));
    },
  };
};

/** Period, value in units of the first target, and whether it was reached. */
export const newestValues = ({ state, scale }: Story): [number, number, boolean][] =>
  state.values
    .filter(({ targetId }) => targetId === 10)
    .map(({ cycle, achieved, achievedAt }) => [cycle, achieved / scale, achievedAt !== null]);
