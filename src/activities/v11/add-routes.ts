import type { Actor } from "#identity";
import type { Loyalty } from "#loyalty";
import type { Organisation } from "#orgs";
import {
  AppError,
  type Body,
  type Db,
  failures,
  isObject,
  type Outcome,
  POINTS_SCALE,
  requestKeyOf,
  type Server,
  toDecimal,
  V1Failure,
} from "#platform";
import { errors } from "../errors.ts";
import { pointsTakenBack } from "../returns/reads.ts";
import { purchaseOf, type TransactionRouteParts } from "../routes.ts";
import { isReturn, type Purchase, type Recorded } from "../schema.ts";
import { type Buyer, type Found, findBuyers, firstUsable, readBuyer } from "./buyers.ts";
import {
  done,
  failed,
  type Item,
  itemsOf,
  transactionsAnswer,
  V11Request,
  V11Transactions,
} from "./envelope.ts";
import { readTillBill, type TillBill } from "./read-bill.ts";
import { effectsOf, type Reply } from "./side-effects.ts";
import { type CustomerStanding, customerStandings } from "./standing.ts";

export interface V11Parts extends TransactionRouteParts {
  readonly db: Db;
  readonly loyalty: Loyalty;
}

/** A bill of a v1.1 call on its way. */
interface Candidate {
  readonly item: unknown;
  readonly bill: TillBill;
  readonly buyer: Buyer | null;
  purchase: Purchase | null;
  found: Found | null;
  outcome: Outcome<Recorded> | null;
}

const KEYED_WRITE = { access: { resource: "Transaction", mode: "write" }, takesRequestKey: true } as const;

/** Adds the v1.1 calls that record bills; each goes the way of `POST /v2/transactions`. */
export const addV11AddRoutes = (server: Server, parts: V11Parts): void => {
  const add = (path: string, summary: string, operationId: string, isLocal: boolean) =>
    server.post(
      path,
      {
        config: KEYED_WRITE,
        schema: {
          tags: ["Transactions (v1.1)"],
          summary,
          operationId,
          body: V11Request,
          response: { 200: V11Transactions, ...failures(V1Failure) },
        },
      },
      async (request) => {
        const items = itemsOf(request.body);
        // A key names one bill; over several it would make repeats of those after the first.
        const requestKey = items.length === 1 ? requestKeyOf(request) : null;
        return transactionsAnswer(await recordItems(parts, request.actor, items, requestKey, isLocal));
      },
    );
  add("/v1.1/transaction/add", "Record purchases (legacy format)", "addTransactions", false);
  add(
    "/v1.1/transaction/add_with_local_currency",
    "Record purchases in a local currency (legacy format)",
    "addTransactionsWithLocalCurrency",
    true,
  );
};

const recordItems = async (
  parts: V11Parts,
  actor: Actor,
  items: readonly unknown[],
  requestKey: string | null,
  isLocal: boolean,
): Promise<Item[]> => {
  const organisation = await parts.orgs.get(actor.orgId);
  const outcomes: (Candidate | { readonly error: unknown })[] = items.map((item) => {
    try {
      return readCandidate(parts, organisation, actor, item, requestKey, isLocal);
    } catch (error) {
      return { error };
    }
  });
  const candidates = outcomes.filter((item): item is Candidate => !("error" in item));
  await settleBuyers(parts, organisation, actor, candidates);
  const ready = candidates.filter(({ outcome }) => outcome === null);
  const recorded = await recordThem(parts, actor.orgId, ready);
  ready.forEach((candidate, index) => {
    candidate.outcome = recorded[index]!;
  });
  const standings = await standingsOf(parts, organisation, candidates);
  const taken = await takenBack(parts, organisation.id, candidates);
  return outcomes.map((item, index) =>
    "error" in item ? refusal(items[index], item.error) : answer(item, standings, taken),
  );
};

/** Points that the returns of the call took back, by return. */
const takenBack = async (
  { db }: V11Parts,
  orgId: number,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, number>> => {
  const returns = candidates.flatMap(({ outcome, purchase }) => {
    const isDone = outcome !== null && "ok" in outcome && purchase !== null && isReturn(purchase.type);
    const partyId = isDone ? outcome.ok.customerId : null;
    return isDone && partyId !== null ? [{ id: outcome.ok.transactionId, partyId }] : [];
  });
  if (returns.length === 0) return new Map();
  return db.transaction(orgId, (tx) => pointsTakenBack(tx, orgId, returns));
};

const localBody = (bill: TillBill, isLocal: boolean): Body =>
  isLocal ? { ...bill.body, addWithLocalCurrency: true } : bill.body;

/** Judges the bill before its customer is looked for: what is malformed registers nobody. */
const readCandidate = (
  parts: V11Parts,
  organisation: Organisation,
  actor: Actor,
  item: unknown,
  requestKey: string | null,
  isLocal: boolean,
): Candidate => {
  const bill = readTillBill(item, organisation);
  const buyer = bill.isAnonymous ? null : readBuyer(organisation, bill.customer);
  const first = buyer === null ? undefined : firstUsable(buyer);
  const whom = {
    name: first?.type,
    value: first?.value,
    source: isObject(item) ? item.source : undefined,
    accountId: isObject(item) ? (item.account_id ?? item.accountId) : undefined,
  };
  const options = { requestKey, useAsync: false, raw: false, isV11: true };
  const purchase = purchaseOf(parts, organisation, actor, localBody(bill, isLocal), whom, options);
  const known = buyer === null ? null : { ...buyer, mayBeNew: !isReturn(purchase.type) };
  return { item, bill, buyer: known, purchase, found: null, outcome: null };
};

const settleBuyers = async (
  parts: V11Parts,
  organisation: Organisation,
  actor: Actor,
  candidates: readonly Candidate[],
): Promise<void> => {
  const named = candidates.flatMap((item) => (item.buyer === null ? [] : [{ item, buyer: item.buyer }]));
  if (named.length === 0) return;
  const found = await findBuyers(
    parts,
    organisation,
    actor,
    named.map(({ buyer }) => buyer),
  );
  named.forEach(({ item, buyer }, index) => {
    const outcome = found[index]!;
    if ("error" in outcome) {
      item.outcome = outcome;
      return;
    }
    item.found = outcome.ok;
    const holder = buyer.identifiers.find(
      ({ type, value }) => type === outcome.ok.name && value === outcome.ok.value,
    );
    // The bill is of the first identifier that somebody has, not of the first one that was sent.
    if (item.purchase !== null && holder !== undefined && holder.type !== "id")
      item.purchase = {
        ...item.purchase,
        customerKey: holder.key,
        customerName: `${holder.type} ${holder.value.slice(0, 60)}`,
      };
  });
};

const recordThem = async (
  { activities }: V11Parts,
  orgId: number,
  candidates: readonly Candidate[],
): Promise<readonly Outcome<Recorded>[]> => {
  const purchases = candidates.map(({ purchase }) => purchase!);
  if (purchases.length !== 1) return activities.recordAll(orgId, purchases);
  try {
    // Alone it shares the next batch with the other calls of this moment.
    return [{ ok: await activities.record(orgId, purchases[0]!) }];
  } catch (error) {
    if (error instanceof AppError) return [{ error }];
    throw error;
  }
};

const standingsOf = async (
  parts: V11Parts,
  organisation: Organisation,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, CustomerStanding>> => {
  const ids = candidates.flatMap(({ outcome }) =>
    outcome !== null && "ok" in outcome ? (outcome.ok.customerId ?? []) : [],
  );
  const programs = await parts.loyalty.programs(organisation.id);
  return parts.db.transaction(organisation.id, async (tx) => {
    const isOfReturns = candidates.some(({ purchase }) => purchase !== null && isReturn(purchase.type));
    if (!isOfReturns) return customerStandings(tx, parts, organisation, programs, ids);
    // A bill from before a merge goes back as the one's who made it, and is answered as the survivor's.
    const current = await parts.customers.currentIds(tx, organisation.id, ids);
    const standings = await customerStandings(tx, parts, organisation, programs, [
      ...new Set(current.values()),
    ]);
    return new Map(
      ids.flatMap((id) => {
        const standing = standings.get(current.get(id) ?? id);
        return standing === undefined ? [] : [[id, standing] as const];
      }),
    );
  });
};

const answer = (
  { item, bill, found, outcome, purchase }: Candidate,
  standings: ReadonlyMap<number, CustomerStanding>,
  taken: ReadonlyMap<number, number>,
): Item => {
  if (outcome === null || "error" in outcome) return refusal(item, outcome?.error ?? errors.no_root());
  const { transactionId, customerId, reply } = outcome.ok;
  const told = JSON.parse(reply) as Reply;
  const block = customerId === null ? undefined : standings.get(customerId)?.block;
  return {
    id: transactionId,
    number: purchase?.number ?? "",
    type: purchase?.type ?? "",
    bill_client_id: bill.clientId,
    parent_bill_number: purchase !== null && isReturn(purchase.type) ? purchase.ownNumber : "",
    shipping_source_till_code: "",
    delivery_status: purchase?.deliveryStatus ?? "",
    outlier_status: purchase?.outlierStatus ?? "",
    ...(block === undefined ? {} : { customer: block }),
    side_effects: { effect: effectsOf(told, Number(block?.loyalty_points ?? 0)) },
    ...(purchase !== null && isReturn(purchase.type)
      ? {
          points_deducted: toDecimal(taken.get(transactionId) ?? 0, POINTS_SCALE),
          points_balance: Number(block?.loyalty_points ?? 0),
        }
      : {}),
    source: purchase?.source ?? "",
    item_status: done(600, "Transaction added.", [...told.warnings, ...(found?.warnings ?? [])]),
  };
};

/** A refused bill, with what tells the till which one it was. */
const refusal = (item: unknown, error: unknown): Item => {
  const fields = isObject(item) ? item : {};
  const text = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? String(value) : "";
  return {
    number: text(fields.number),
    type: text(fields.type).toUpperCase(),
    bill_client_id: text(fields.bill_client_id),
    item_status: failed(error),
  };
};
