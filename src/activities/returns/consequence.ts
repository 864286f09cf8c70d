import { POINTS } from "#ledger";
import { shareOf as roundedShare } from "#loyalty";
import { multiplyRatio } from "#platform";
import type { Snapshot } from "../passage.ts";
import { decideRest, type KeptDecision, type ReturnAt } from "./again.ts";
import {
  type Clawback,
  clawBack,
  type Fraction,
  idOf,
  NO_CLAWBACK,
  type ReturnedShare,
  treesOf,
} from "./clawback.ts";
import { isLineReturned, isReturned } from "./rules.ts";
import type { GoneBack, JudgedReturn } from "./schema.ts";

const WHOLE: Fraction = { returned: 1, of: 1 };
const NONE: Fraction = { returned: 0, of: 1 };

/** How much of a bill has gone back, for its awards (transactions.md §3.1). Pure. */
export const returnedShareOf = (bill: GoneBack): ReturnedShare => {
  const { returnedAs, returnedAmount, amount } = bill;
  const everywhere = (share: Fraction): ReturnedShare => ({ bill: share, line: () => share });
  switch (returnedAs) {
    case null:
      return everywhere(NONE);
    case "FULL":
    case "CANCELLED":
      return everywhere(WHOLE);
    case "AMOUNT":
      return everywhere({ returned: returnedAmount, of: amount });
    case "LINE_ITEM":
      return {
        bill: isReturned(bill) ? WHOLE : NONE,
        line: (lineNo) => {
          const line = bill.lines.find((item) => item.lineNo === lineNo);
          if (line === undefined) return NONE;
          if (line.amount === 0) return isLineReturned(bill, line) ? WHOLE : NONE;
          return { returned: bill.goneByLine.get(lineNo)?.amount ?? 0, of: line.amount };
        },
      };
  }
};

/** What a return moves: what it takes back, and what the rest of the bill earns more. */
export interface Consequence extends Clawback {
  /** Of what is left of the bill, where that was decided anew. */
  readonly kept: KeptDecision | null;
}

const NO_CONSEQUENCE: Consequence = Object.freeze({ ...NO_CLAWBACK, kept: null });

/** What a return takes back, from where, as the book stands. Pure. */
export const consequenceOf = (
  { bill }: JudgedReturn,
  at: ReturnAt,
  snapshot: Pick<Snapshot, "organisation" | "programs" | "profiles" | "memberships" | "book">,
): Consequence => {
  if (bill === null || bill.before.customerId === null) return NO_CONSEQUENCE;
  if (!takesBack(snapshot)) return NO_CONSEQUENCE;
  const { book } = snapshot;
  const { partyId, id } = bill.before;
  const programAt = (programId: number) =>
    snapshot.programs.byId(programId)?.inForce(bill.before.billedAt.getTime()) ?? null;
  // A currency that the program of that day did not know is one of points taken over: it goes back.
  const isReturnable = (programId: number, currencyId: number) =>
    currencyId === POINTS || (programAt(programId)?.currencies.get(currencyId)?.returnable ?? true);
  const lots = book.lotsOf(partyId);
  const awards = lots.filter(({ transactionId }) => transactionId === id);
  const keys = new Set(awards.map(idOf));
  const uses = book.usesOf(partyId).filter((use) => keys.has(idOf(use)));
  const trees = treesOf(awards, uses);
  const { takes, gains, kept } = decideRest({ ...at, bill: bill.after, trees, isReturnable, book, snapshot });
  const { postings, awards: taken } = clawBack({
    awards,
    uses,
    openLots: lots.filter(({ remaining }) => remaining > 0),
    debtOf: (account) => book.account(partyId, account)?.debt ?? 0,
    before: returnedShareOf(bill.before),
    after: returnedShareOf(bill.after),
    takes,
    shareOf: (programId, amount, { returned, of }) => {
      if (returned >= of) return amount;
      const program = programAt(programId);
      return program === null
        ? multiplyRatio(amount, returned, of, "half_up")
        : roundedShare(program, amount, returned, of);
    },
    isReturnable,
  });
  return { postings: [...postings, ...gains], awards: taken, kept };
};

/** Without the organisation's leave returns move no points at all: they are adjusted by hand. */
export const takesBack = ({ organisation }: Pick<Snapshot, "organisation">): boolean =>
  organisation.flag("CONF_POINTS_RETURN_ENABLED");
