import { type AccountKey, type LedgerBook, POINTS, type Posting } from "#ledger";
import {
  type Award,
  type AwardTrace,
  DEFAULT_EXPIRY,
  decideAgain,
  type MemberState,
  type RuleTrace,
  type Trace,
  type TransactionFacts,
} from "#loyalty";
import type { Organisation } from "#orgs";
import { type Instant, type Millipoints, multiplyRatio } from "#platform";
import { amountsThatCount, profileFactsOf, storeFactsOf, tendersOf } from "../bill-facts.ts";
import type { Snapshot } from "../passage.ts";
import { accountOf, postingsOf } from "../postings.ts";
import { zoneOfStore } from "../visits.ts";
import { type AwardTree, idOf } from "./clawback.ts";
import { isLineReturned, isReturned, leftOf } from "./rules.ts";
import type { BillDecision, ReturnableBill } from "./schema.ts";

/** Whether the organisation has the rest of a bill decided anew after a return. */
export const decidesAgain = (organisation: Organisation): boolean =>
  organisation.flag("CONF_POINTS_RETURN_REEVALUATION_ENABLED");

/** What is kept with the return: the new decision, or why there is none, as a clause for people. */
export type KeptDecision = { readonly trace: Trace } | { readonly problem: string };

/** What deciding the rest of a bill anew comes to. */
export interface DecidedRest {
  /** How much is taken of which awards, by `idOf`; others go by shares. */
  readonly takes: ReadonlyMap<string, Millipoints>;
  /** What the rest earns more. */
  readonly gains: readonly Posting[];
  readonly kept: KeptDecision | null;
}

const NOTHING: DecidedRest = { takes: new Map(), gains: [], kept: null };

/** The return that asks. */
export interface ReturnAt {
  readonly returnId: number;
  readonly now: Instant;
}

/** What a return looks at. */
export interface RestInput extends ReturnAt {
  /** The bill after the return. */
  readonly bill: ReturnableBill;
  /** Everything that the bill earned. */
  readonly trees: readonly AwardTree[];
  isReturnable(programId: number, currencyId: number): boolean;
  readonly book: LedgerBook;
  readonly snapshot: Pick<Snapshot, "organisation" | "programs" | "profiles" | "memberships">;
}

/** Decides what is left of a bill as of its date, and compares it with what its awards still are. Pure. */
export const decideRest = (input: RestInput): DecidedRest => {
  const { bill, isReturnable } = input;
  const trees = input.trees.filter(({ lot }) => isReturnable(lot.programId, lot.currencyId));
  const { decision = null } = bill;
  const isOn = decidesAgain(input.snapshot.organisation) && decision !== null;
  const wasOn = bill.wasDecidedAgain && decision !== null;
  const isDecided = ({ lot: { eventNo, details } }: AwardTree) =>
    details?.returnId !== undefined || ((isOn || wasOn) && eventNo === decision.eventNo);
  const own = trees.filter(isDecided);
  // What was decided anew once is not what shares come to: all that is left of it goes with the last of the bill, whatever the
  // setting is by then. So does what an earlier return gave beside.
  if (isReturned(bill))
    return { ...NOTHING, takes: new Map(own.map((tree) => [idOf(tree.lot), heldBy(tree)])) };
  if (!isOn || decision.trace.blocked !== undefined) return NOTHING;
  const rest = earnedByRest(input, decision);
  if ("problem" in rest) return { ...NOTHING, kept: rest };
  const compared = compare(
    own,
    rest.awards.filter(({ programId, currencyId }) => isReturnable(programId, currencyId)),
  );
  const gains = gainsOf(compared.gains, input);
  if (leavesExactRange(gains, input))
    return { ...NOTHING, kept: { problem: "what is left of the bill earns more than is counted exactly" } };
  return { takes: compared.takes, gains, kept: { trace: rest.trace } };
};

const heldBy = ({ lot, gone }: AwardTree): Millipoints => lot.amount - gone;

const earnedByRest = (
  { bill, now, book, snapshot }: RestInput,
  { trace, ...decision }: BillDecision,
): { readonly awards: readonly Award[]; readonly trace: Trace } | { readonly problem: string } => {
  const { programs, profiles, memberships, organisation } = snapshot;
  const program = programs.byId(trace.program)?.version(trace.version) ?? null;
  const profile = profiles.get(bill.partyId);
  if (program === null || profile === undefined)
    return { problem: "the version of the program that decided the bill is not there any more" };
  // Of one who was merged into another the membership is the survivor's.
  const holder = profile.mergedInto ?? bill.partyId;
  const points = book.account(bill.partyId, {
    programId: program.programId,
    currencyId: POINTS,
    category: 1,
  });
  const today: MemberState = {
    membership: memberships.get(`${holder}/${program.programId}`) ?? null,
    balance: points?.balance ?? 0,
    lifetimePoints: (points?.issued ?? 0) + (points?.received ?? 0),
    profile: profileFactsOf(profile),
  };
  const facts = { bill, now, organisation, decision };
  const left = leftLines(bill);
  const again = decideAgain(program, {
    trace,
    whole: factsOf(facts, bill.amount, bill.lines),
    left: factsOf(
      facts,
      bill.amount - bill.returnedAmount,
      left.map(({ line }) => line),
    ),
    today,
  });
  if (again.problem !== undefined) return again;
  // The rest has lines of its own; awards keep the numbers that these have on the bill.
  const numberOf = (line: number): number => (line === 0 ? 0 : left[line - 1]!.lineNo);
  return {
    awards: again.decision.awards.map((award) => ({ ...award, line: numberOf(award.line) })),
    trace: withLineNumbers(again.decision.trace, numberOf),
  };
};

const withLineNumbers = (trace: Trace, numberOf: (line: number) => number): Trace => ({
  ...trace,
  rules: trace.rules.map((rule) => numberLines(rule, numberOf)),
  ...(trace.raised === undefined
    ? {}
    : {
        raised: trace.raised.map((part) => ({
          ...part,
          rules: part.rules.map((rule) => numberLines(rule, numberOf)),
        })),
      }),
});

/** Lines of a rule's awards, and the line that it was run for. */
const numberLines = (rule: RuleTrace, numberOf: (line: number) => number): RuleTrace => {
  const { l, a, u } = rule;
  const numbered = (lines: NonNullable<AwardTrace["l"]>) =>
    lines.map(([line, points, raw]) => [numberOf(line), points, raw] as const);
  if (l === undefined && a === undefined && u === undefined) return rule;
  return {
    ...rule,
    ...(l === undefined ? {} : { l: numbered(l) }),
    ...(a === undefined
      ? {}
      : {
          a: a.map((action) =>
            "l" in action && action.l !== undefined ? { ...action, l: numbered(action.l) } : action,
          ),
        }),
    ...(u === undefined ? {} : { u: numberOf(u) }),
  };
};

interface FactsInput {
  readonly bill: ReturnableBill;
  readonly now: Instant;
  readonly organisation: Organisation;
  readonly decision: Omit<BillDecision, "trace">;
}

const factsOf = (
  { bill, now, organisation, decision }: FactsInput,
  amount: number,
  lines: TransactionFacts["lines"],
): TransactionFacts => {
  const { grossAmount, discount, note, extendedFields, storeId, source, paymentModes } = decision;
  const part = (whole: number | null) => (whole === null ? null : partOf(whole, amount, bill.amount));
  return {
    transactionId: bill.id,
    number: bill.number,
    billedAt: bill.billedAt.getTime(),
    now,
    ...amountsThatCount({ amount, lines }),
    grossAmount: part(grossAmount),
    discount: part(discount),
    moneyScale: organisation.moneyScale,
    note,
    extendedFields,
    store: storeFactsOf(organisation, storeId),
    source,
    ...(paymentModes.length === 0
      ? {}
      : {
          tenders: tendersOf(paymentModes).map((tender) => ({ ...tender, amount: part(tender.amount) ?? 0 })),
        }),
    timeZone: zoneOfStore(organisation, storeId),
  };
};

const partOf = (whole: number, left: number, of: number): number =>
  of === 0 ? whole : multiplyRatio(whole, left, of, "half_up");

type Line = TransactionFacts["lines"][number];

/** The lines that the bill would have had, with their numbers on it. Money that went back as an amount is missing from all lines alike. */
const leftLines = (bill: ReturnableBill): { readonly lineNo: number; readonly line: Line }[] => {
  const byAmount = bill.returnedAs === "AMOUNT";
  return bill.lines
    .filter((line) => !(bill.goneByLine.has(line.lineNo) && isLineReturned(bill, line)))
    .map((line) => {
      const left = byAmount
        ? {
            quantity: line.quantity,
            amount: partOf(line.amount, bill.amount - bill.returnedAmount, bill.amount),
          }
        : leftOf(bill, line);
      const { lineNo, value, discount } = line;
      const money = {
        value: partOf(value, left.amount, line.amount),
        discount: partOf(discount, left.amount, line.amount),
      };
      return { lineNo, line: { ...line, ...left, ...money } };
    });
};

const nameOf = ({ programId, currencyId, category }: AccountKey): string =>
  `${programId}/${currencyId}/${category}`;
/** Awards that are alike but for their dates, which move. */
const kindOfLot = ({ lot }: AwardTree): string =>
  `${nameOf(lot)} ${lot.billLine} ${lot.details?.expiryStrategyId ?? DEFAULT_EXPIRY}`;
const kindOfAward = (award: Award): string =>
  `${nameOf(accountOf(award))} ${award.line} ${award.expiryStrategyId}`;

/**
 * What awards hold against what the rest earns, by account: too much is taken from those that hold more than the rest earns of their
 * kind, too little is given by those awards of which the customer holds less.
 */
const compare = (
  trees: readonly AwardTree[],
  awards: readonly Award[],
): { readonly takes: Map<string, Millipoints>; readonly gains: readonly Award[] } => {
  const surplus = new Map<string, Millipoints>();
  const unmet = new Map<string, Millipoints>();
  const add = (sums: Map<string, Millipoints>, key: string, amount: Millipoints) =>
    sums.set(key, (sums.get(key) ?? 0) + amount);
  for (const award of awards) {
    add(unmet, kindOfAward(award), award.points);
    add(surplus, nameOf(accountOf(award)), -award.points);
  }
  for (const tree of trees) add(surplus, nameOf(tree.lot), heldBy(tree));

  const takes = new Map<string, Millipoints>();
  for (const tree of trees) {
    const kind = kindOfLot(tree);
    const kept = Math.min(heldBy(tree), unmet.get(kind) ?? 0);
    add(unmet, kind, -kept);
    const account = nameOf(tree.lot);
    const taken = Math.max(0, Math.min(heldBy(tree) - kept, surplus.get(account) ?? 0));
    add(surplus, account, -taken);
    takes.set(idOf(tree.lot), taken);
  }
  const gains: Award[] = [];
  for (const award of awards) {
    const [kind, account] = [kindOfAward(award), nameOf(accountOf(award))];
    const points = Math.min(award.points, unmet.get(kind) ?? 0, -Math.min(0, surplus.get(account) ?? 0));
    if (points <= 0) continue;
    add(unmet, kind, -points);
    add(surplus, account, points);
    gains.push({ ...award, points });
  }
  return { takes, gains };
};

const gainsOf = (awards: readonly Award[], { bill, returnId }: RestInput): Posting[] =>
  postingsOf(awards, bill.id).map((posting) => ({
    ...posting,
    lot: { ...posting.lot, details: { ...posting.lot?.details, returnId } },
  }));

const leavesExactRange = (gains: readonly Posting[], { bill, book }: RestInput): boolean =>
  gains.some((posting) => {
    const account = book.account(bill.partyId, posting);
    return [account?.issued ?? 0, account?.balance ?? 0].some(
      (held) => !Number.isSafeInteger(held + posting.amount),
    );
  });
