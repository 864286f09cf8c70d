import type { ExplodedBill } from "#ledger";
import type { Loyalty, OrgPrograms, Trace } from "#loyalty";
import type { Organisation } from "#orgs";
import { formatLedger, QUANTITY_SCALE, sql, type Tx } from "#platform";
import { linesOf, type StoredLine, type StoredTransaction, transactionsWithIds } from "./reads.ts";

/**
 * Numbers of the ledger events by which some of a party's bills earned, or by which some returns took points back; those that moved
 * nothing have none.
 */
export const eventsOfBills = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionIds: readonly number[],
  eventName: "TransactionAdd" | "ReturnBill",
): Promise<number[]> => {
  const rows = await tx.rows<{ eventNo: number }>(sql`/* activities.events_of_bills */
    select event_no as "eventNo" from activities.transactions
     where org_id = ${orgId} and party_id = ${partyId} and id = any(${transactionIds}::bigint[]) and event_no is not null
       and (return_type is not null) = ${eventName === "ReturnBill"}::boolean`);
  return rows.map(({ eventNo }) => eventNo);
};

/** Hash of the input and trace of some of a party's bills. */
const tracesOf = (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionIds: readonly number[],
): Promise<{ id: number; inputHash: Buffer; trace: Trace | null }[]> =>
  tx.rows(sql`/* activities.traces_of */
    select id, input_hash as "inputHash", trace from activities.transactions
     where org_id = ${orgId} and party_id = ${partyId} and id = any(${transactionIds}::bigint[])`);

/** What the documented details of ledger events show of bills (points-ledger.md §4). */
export const explodeBills =
  (loyalty: Pick<Loyalty, "programs">) =>
  async (
    tx: Tx,
    organisation: Organisation,
    partyId: number,
    transactionIds: readonly number[],
  ): Promise<ExplodedBill[]> => {
    const of = [tx, organisation.id, partyId, transactionIds] as const;
    const [programs, bills, lines, traces] = await Promise.all([
      loyalty.programs(organisation.id),
      transactionsWithIds(...of),
      linesOf(...of),
      tracesOf(...of),
    ]);
    const traceOf = new Map(traces.map((row) => [row.id, row]));
    const returned = await transactionsWithIds(
      tx,
      organisation.id,
      partyId,
      bills.flatMap(({ parentId }) => parentId ?? []),
    );
    return bills.map((bill): ExplodedBill => {
      const { inputHash, trace } = traceOf.get(bill.id)!;
      return {
        transactionId: bill.id,
        uniqueId: inputHash.toString("base64url").slice(0, 22),
        billDetails: {
          ...billDetailsOf(organisation, bill, returned.find(({ id }) => id === bill.parentId) ?? bill),
          lineItems: lines
            .filter(({ transactionId }) => transactionId === bill.id)
            .map((line) => lineItemOf(organisation, line)),
        },
        customFields: named(bill.details?.customFields),
        extendedFields: named(bill.details?.extendedFields),
        paymentModes: paymentModesOf(organisation, bill),
        pointInTimeSlabs: slabsOf(programs, trace),
      };
    });
  };

const money = (organisation: Organisation, amount: number | null): number =>
  (amount ?? 0) / organisation.moneyScale;

const named = (fields: Readonly<Record<string, unknown>> = {}) =>
  Object.entries(fields).map(([name, value]) => ({ name, value }));

/** `2025-03-04T18:20:05.000` in the cluster's zone. */
const billTime = (at: Date, zone: string): string =>
  `${formatLedger(at.getTime(), zone).slice(0, 19).replace(" ", "T")}.${String(at.getTime() % 1000).padStart(3, "0")}`;

/** Of a return: the bill that it returns, as far as it is known, and the return itself. */
const billDetailsOf = (organisation: Organisation, bill: StoredTransaction, original: StoredTransaction) => {
  const zone = organisation.clusterTimeZone;
  return {
    type: bill.type,
    billNumber: bill.billNumber,
    grossAmount: money(organisation, original.grossAmount ?? original.amount),
    discount: money(organisation, original.discount),
    billAmount: money(organisation, original.amount),
    note: bill.details?.note ?? "",
    source: bill.source.toLowerCase(),
    billDate: billTime(original.billedAt, zone),
    ...(bill.returnType === null
      ? {}
      : {
          returnDate: billTime(bill.billedAt, zone),
          returnAmount: money(organisation, bill.amount),
          returnType: bill.returnType,
          returnBillId: bill.id,
        }),
  };
};

const lineItemOf = (organisation: Organisation, line: StoredLine) => {
  const { attributes, extendedFields } = (line.details ?? {}) as Record<string, Record<string, unknown>>;
  return {
    lineNo: line.lineNo,
    itemCode: line.itemCode,
    description: line.description ?? "",
    qty: line.quantity / QUANTITY_SCALE,
    rate: money(organisation, line.rate),
    value: money(organisation, line.value),
    discount: money(organisation, line.discount),
    amount: money(organisation, line.amount),
    ...(attributes === undefined ? {} : { attributes }),
    ...(extendedFields === undefined ? {} : { extendedFields: named(extendedFields) }),
  };
};

const paymentModesOf = (organisation: Organisation, { details }: StoredTransaction) =>
  (details?.paymentModes ?? []).map(({ mode, value, notes, attributes }) => ({
    mode,
    value: money(organisation, value),
    notes: notes ?? "",
    attributes: attributes as Record<string, unknown>,
  }));

/** The tier by which the bill earned, as its trace keeps it. */
const slabsOf = (programs: OrgPrograms, trace: Trace | null) => {
  const history = trace === null ? null : programs.byId(trace.program);
  if (trace === null || history === null || trace.tier === 0) return [];
  const version = history.version(trace.version) ?? history.newest;
  const tier = version.tiers.find(({ number }) => number === trace.tier);
  return [
    {
      programId: trace.program,
      programName: history.name,
      slabNumber: trace.tier,
      slabName: tier?.name ?? "",
    },
  ];
};
