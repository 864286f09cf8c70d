import { type Instant, type Issue, issue, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { findClaims } from "../retro/store.ts";
import type { ReturnRequest } from "../schema.ts";
import type { OriginalBill } from "./schema.ts";
import {
  type BillKey,
  findNumbered,
  findOriginals,
  findOriginalsById,
  findOriginalsOfTime,
} from "./store.ts";

/** A request with who asks for it. */
export interface ReturnQuestion {
  readonly request: ReturnRequest;
  /** The customer whose bill it must be; null for the return of an anonymous bill. */
  readonly customerId: number | null;
  /** Those who were merged into the customer: their bills are the customer's to return. */
  readonly formerIds?: readonly number[];
}

export interface FoundOriginal {
  /** Null when no such bill is known. */
  readonly bill: OriginalBill | null;
  readonly warnings: readonly Issue[];
}

/** Bills that a request may mean. */
interface Candidates {
  readonly byId: OriginalBill | null;
  readonly byNumber: readonly OriginalBill[];
}

const secondOf = (instant: Instant): number => Math.floor(instant / 1000);

/** Finds the bill of each request, one statement for each way of looking; null where the request must be refused. */
export const findBills = async (
  tx: Tx,
  orgId: number,
  questions: readonly ReturnQuestion[],
): Promise<readonly Candidates[]> => {
  const ids = questions.flatMap(({ request }) => request.originalId ?? []);
  const byId = new Map(
    (ids.length === 0 ? [] : await findOriginalsById(tx, orgId, ids)).map((bill) => [bill.id, bill]),
  );
  const named = questions.filter(({ request }) => request.originalId === null);
  const byNumber = named.length === 0 ? () => [] : await findByNumber(tx, orgId, named);
  return questions.map((question) => ({
    byId: byId.get(question.request.originalId ?? 0) ?? null,
    byNumber: byNumber(question),
  }));
};

/** An anonymous bill keeps its number when it is claimed, and is there as the customer's. */
const whereTheyAre = async (
  tx: Tx,
  orgId: number,
  places: readonly BillKey[],
): Promise<readonly BillKey[]> => {
  const claims = places.length === 0 ? [] : await findClaims(tx, orgId, places);
  if (claims.length === 0) return places;
  const byId = new Map(claims.map((claim) => [claim.transactionId, claim]));
  return places.map((place) => {
    const claim = byId.get(place.id);
    return claim === undefined ? place : { partyId: claim.newPartyId, id: claim.newTransactionId };
  });
};

const findByNumber = async (tx: Tx, orgId: number, questions: readonly ReturnQuestion[]) => {
  const keyOf = (number: string) => `${orgId}:${number}`;
  const keys = [...new Set(questions.map(({ request }) => keyOf(request.originalNumber)))];
  const places = await whereTheyAre(tx, orgId, await findNumbered(tx, orgId, keys));
  const timed = questions.flatMap(
    ({ request: { originalNumber: number, purchasedAt }, customerId, formerIds = [] }) =>
      customerId === null || purchasedAt === null
        ? []
        : [customerId, ...formerIds].map((partyId) => ({
            partyId,
            number,
            from: secondOf(purchasedAt) * 1000,
          })),
  );
  const bills = new Map<number, OriginalBill>();
  for (const bill of places.length === 0 ? [] : await findOriginals(tx, orgId, places))
    bills.set(bill.id, bill);
  for (const bill of timed.length === 0 ? [] : await findOriginalsOfTime(tx, orgId, timed))
    bills.set(bill.id, bill);
  const ofNumber = new Map<string, OriginalBill[]>();
  for (const bill of bills.values()) ofNumber.set(bill.number, [...(ofNumber.get(bill.number) ?? []), bill]);
  return ({ request }: ReturnQuestion): readonly OriginalBill[] => ofNumber.get(request.originalNumber) ?? [];
};

const isPurchaseOf =
  ({ customerId, formerIds = [] }: ReturnQuestion) =>
  (bill: OriginalBill) =>
    customerId === null
      ? bill.type === "NOT_INTERESTED"
      : bill.type === "REGULAR" &&
        bill.customerId !== null &&
        [customerId, ...formerIds].includes(bill.customerId);

/**
 * The bill that a request means, or throws the documented refusal: 667 and 668 for bills of others, 625 for none, unless
 * returns of unknown bills are taken.
 */
export const chooseOriginal = (
  question: ReturnQuestion,
  { byId, byNumber }: Candidates,
  takesUnknown: boolean,
): FoundOriginal => {
  const { request, customerId } = question;
  const { originalId: id, originalNumber: number, purchasedAt } = request;
  const isOurs = isPurchaseOf(question);
  if (id !== null) {
    if (byId !== null && isOurs(byId)) return { bill: byId, warnings: [] };
    if (byId !== null && customerId !== null && (byId.type === "REGULAR" || byId.type === "NOT_INTERESTED"))
      throw errors.not_of_customer_by_id({ id });
    return unknown(number === "" ? `with id ${id}` : number, takesUnknown);
  }
  const ours = byNumber
    .filter(isOurs)
    .sort((a, b) => b.billedAt.getTime() - a.billedAt.getTime() || b.id - a.id);
  if (ours.length === 0) {
    const isOthers =
      customerId !== null && byNumber.some(({ type }) => type === "REGULAR" || type === "NOT_INTERESTED");
    if (isOthers) throw errors.not_of_customer_by_number({ number });
    return unknown(number, takesUnknown);
  }
  const ofTime =
    purchasedAt === null
      ? []
      : ours.filter((bill) => secondOf(bill.billedAt.getTime()) === secondOf(purchasedAt));
  const [newest] = ofTime.length > 0 ? ofTime : ours;
  return { bill: newest!, warnings: warningsOf(number, purchasedAt, ours.length, ofTime.length) };
};

const warningsOf = (number: string, purchasedAt: Instant | null, ours: number, ofTime: number): Issue[] => {
  if (ofTime > 1 || (ofTime === 0 && ours > 1))
    return [issue(9614, `Several bills have the number ${number}: the newest of them is returned.`)];
  if (ofTime === 1 ? ours > 1 : purchasedAt !== null)
    return [
      issue(
        9616,
        `One bill with the number ${number} was found, by its ${ofTime === 1 ? "time" : "number alone"}: it is returned.`,
      ),
    ];
  return [];
};

const unknown = (number: string, isTaken: boolean): FoundOriginal => {
  const error = errors.original_unknown({ number });
  if (!isTaken) throw error;
  return { bill: null, warnings: [issue(error.number, error.message)] };
};
