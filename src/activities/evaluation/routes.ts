import { Type } from "@fastify/type-provider-typebox";
import type { OrgPrograms, Trace } from "#loyalty";
import type { Organisation } from "#orgs";
import { failures, formatIso, isObject, isStorable, type Server, type Tx, V2Failure } from "#platform";
import { whyOf } from "../api-present.ts";
import { errors } from "../errors.ts";
import { asInteger } from "../parse-values.ts";
import type { TransactionReadParts } from "../read-routes.ts";
import { findTrace, findTransaction, type StoredTransaction, transactionsNumbered } from "../reads.ts";
import { type EvaluatedSet, effectsText, evaluatedSets, treeOf } from "./log.ts";

const Rule = Type.Object({
  id: Type.String(),
  name: Type.String(),
  expression: Type.String(),
  result: Type.Union([Type.Boolean(), Type.Null()]),
  because: Type.Array(Type.String()),
  awards: Type.Array(
    Type.Object({ rounded: Type.Number(), expiresAt: Type.Union([Type.String(), Type.Null()]) }),
    { description: "What it gave, rounded" },
  ),
});
const Log = Type.Object({
  id: Type.Integer(),
  customerId: Type.Integer(),
  date: Type.String(),
  eventName: Type.String(),
  hostName: Type.String(),
  orgId: Type.Integer(),
  requestId: Type.String(),
  transactionId: Type.Integer(),
  uniqueId: Type.String(),
  evaluationTree: Type.String({ description: "HTML" }),
  effects: Type.String(),
  ruleSets: Type.Array(Type.Object({ name: Type.String(), rules: Type.Array(Rule) }), {
    description: "The tree as JSON",
  }),
});

const NO_LOG = "No evaluation log exists for this transaction.";
const MAX_BILLS = 100;

/** Adds `POST /v2/transactions/searchEvaluationLog`: how the rules met the bills with a number or an id. */
export const addEvaluationRoutes = (server: Server, { db, orgs, loyalty }: TransactionReadParts): void => {
  server.post(
    "/v2/transactions/searchEvaluationLog",
    {
      config: { access: { resource: "Transaction", mode: "read" } },
      schema: {
        tags: ["Transactions"],
        summary: "Explain how rules were applied to a purchase",
        operationId: "searchEvaluationLog",
        body: Type.Unknown({
          description: '{"search": {"transactionNumber": …}} or {"search": {"transactionId": …}}',
        }),
        response: { 200: Type.Array(Log), ...failures(V2Failure) },
      },
    },
    async ({ actor, body }) => {
      const { orgId } = actor;
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
      const search = searchOf(body);
      return db.transaction(orgId, async (tx) => {
        const bills = await billsOf(tx, orgId, search);
        const logs = [];
        for (const bill of bills) {
          const trace = (await findTrace(tx, orgId, bill.partyId, bill.id)) as Trace | null;
          logs.push(logOf(organisation, programs, bill, trace));
        }
        return logs;
      });
    },
  );
};

interface Search {
  readonly id: number | null;
  readonly number: string;
}

/** Errors: 1117 when neither a number nor an id was given, or it is none. */
const searchOf = (body: unknown): Search => {
  const search = isObject(body) ? body.search : undefined;
  if (!isObject(search)) throw errors.bad_log_search({ field: "search" });
  const id = asInteger(search.transactionId);
  if (id === undefined) throw errors.bad_log_search({ field: "search.transactionId" });
  const number = search.transactionNumber;
  const text = typeof number === "string" || typeof number === "number" ? String(number).trim() : "";
  if (id === null && text === "") throw errors.bad_log_search({ field: "search.transactionNumber" });
  return { id, number: text };
};

const billsOf = async (tx: Tx, orgId: number, { id, number }: Search): Promise<StoredTransaction[]> => {
  if (id !== null) {
    const found = await findTransaction(tx, orgId, id);
    return found === null ? [] : [found];
  }
  if (!isStorable(number) || number.length > 50) return [];
  return transactionsNumbered(tx, orgId, number, null, MAX_BILLS);
};

const logOf = (
  organisation: Organisation,
  programs: OrgPrograms,
  bill: StoredTransaction,
  trace: Trace | null,
) => {
  const why = whyOf(programs, trace);
  const program = trace === null ? null : (programs.byId(trace.program)?.version(trace.version) ?? null);
  const sets: EvaluatedSet[] =
    trace === null || why === null || program === null ? [] : evaluatedSets(program, trace, why);
  return {
    id: bill.id,
    customerId: bill.customerId ?? -1,
    date: formatIso(bill.recordedAt.getTime(), organisation.clusterTimeZone),
    eventName: "TransactionAdd",
    hostName: "",
    orgId: organisation.id,
    requestId: "",
    transactionId: bill.id,
    uniqueId: `${bill.partyId}/${bill.eventNo ?? 0}`,
    evaluationTree: program === null ? NO_LOG : treeOf(program, sets),
    effects: program === null ? NO_LOG : effectsText(program, sets),
    ruleSets: sets.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({ ...rule, because: [...rule.because], awards: [...rule.awards] })),
    })),
  };
};
