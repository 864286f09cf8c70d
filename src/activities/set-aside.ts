import { createHash } from "node:crypto";
import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Orgs } from "#orgs";
import {
  type Clock,
  type Db,
  failures,
  formatIso,
  type Ids,
  type Instant,
  type Money,
  OwnFailure,
  type Server,
  sql,
  type Tx,
  toDecimal,
} from "#platform";
import { type Position, positionAfter, readPosition } from "./positions.ts";

/** A document that is kept whole but decides nothing yet. */
export interface SetAsideDocument {
  /** RETURN, CANCELLATION, BAD_DEBT, STOCK_WRITE_OFF, … */
  readonly kind: string;
  readonly billNumber: string;
  readonly billedAt: Instant;
  readonly amount: Money;
  /** A sentence: why it is not decided. */
  readonly reason: string;
  /** Everything that came in, as JSON. */
  readonly document: object;
  readonly importRunId: number | null;
  /** Directory key of the customer; null when there is none. */
  readonly customerKey: string | null;
  /** What makes a second one a repeat: the number, or where it stood when it has none. At most 200 characters. */
  readonly naturalKey: string;
}

/** kept: written now; repeated: the same was there already; other: that key was used for other contents. */
export type SetAsideOutcome = "kept" | "repeated" | "other";

/** A document with the ids it gets when it is new; they stay the same when the transaction is tried again. */
export interface NumberedDocument {
  readonly document: SetAsideDocument;
  readonly id: number;
  /** Used when the customer is unknown or there is none, as for anonymous purchases. */
  readonly ownPartyId: number;
}

/** Gives documents their ids, before the transaction that keeps them. */
export const numberSetAside = async (
  ids: Ids,
  documents: readonly SetAsideDocument[],
): Promise<readonly NumberedDocument[]> => {
  if (documents.length === 0) return [];
  const nextId = await ids.reserve("transaction", documents.length);
  const nextParty = await ids.reserve("party", documents.length);
  return documents.map((document) => ({ document, id: nextId(), ownPartyId: nextParty() }));
};

export interface SetAsideParts {
  readonly customers: Customers;
  readonly clock: Clock;
}

/** Keys of purchases begin with the organisation's id, so these never meet one. */
const keyOf = (orgId: number, naturalKey: string): string => `aside:${orgId}:${naturalKey}`;

const hashOf = ({ kind, billNumber, billedAt, amount, document }: SetAsideDocument): Buffer =>
  createHash("sha256")
    .update(JSON.stringify([kind, billNumber, billedAt, amount, document]))
    .digest();

const iso = (instant: Instant): string => new Date(instant).toISOString();

/**
 * Keeps documents aside, each once however often it is sent: the natural key is claimed in the transaction that writes the
 * document. One outcome per document, in order.
 */
export const setAside = async (
  tx: Tx,
  { customers, clock }: SetAsideParts,
  orgId: number,
  documents: readonly NumberedDocument[],
): Promise<readonly SetAsideOutcome[]> => {
  if (documents.length === 0) return [];
  const keys = [...new Set(documents.flatMap(({ document }) => document.customerKey ?? []))];
  const parties =
    keys.length === 0 ? new Map<string, number>() : await customers.resolveIdentifiers(tx, orgId, keys);
  const seen = new Map<string, Buffer>();
  const claims = documents.map(({ document, id, ownPartyId }) => ({
    document,
    id,
    key: keyOf(orgId, document.naturalKey),
    partyId: parties.get(document.customerKey ?? "") ?? ownPartyId,
    hash: hashOf(document),
  }));
  const first = claims.filter(({ key, hash }) => !seen.has(key) && seen.set(key, hash));
  const kept = new Set((await claimKeys(tx, orgId, first, clock.now())).map((row) => row.id));
  const held = new Map((await findKeys(tx, orgId, [...seen.keys()])).map((row) => [row.key, row.inputHash]));
  await insertDocuments(
    tx,
    orgId,
    claims.filter(({ id }) => kept.has(id)),
  );
  return claims.map(({ id, key, hash }) => {
    if (kept.has(id)) return "kept";
    return held.get(key)?.equals(hash) === true ? "repeated" : "other";
  });
};

interface Claim {
  readonly document: SetAsideDocument;
  readonly key: string;
  readonly id: number;
  readonly partyId: number;
  readonly hash: Buffer;
}

const claimKeys = (tx: Tx, orgId: number, claims: readonly Claim[], at: Date): Promise<{ id: number }[]> =>
  tx.rows(sql`/* activities.claim_set_aside */
    insert into activities.request_keys as r (org_id, created_at, key, party_id, transaction_id, input_hash)
    select ${orgId}, ${at.toISOString()}::timestamptz, c.* from unnest(
      ${claims.map(({ key }) => key)}::text[], ${claims.map(({ partyId }) => partyId)}::bigint[],
      ${claims.map(({ id }) => id)}::bigint[], ${claims.map(({ hash }) => hash)}::bytea[]) c (key)
     order by c.key
    on conflict (key) do nothing
    returning r.transaction_id as id`);

const findKeys = (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
): Promise<{ key: string; inputHash: Buffer }[]> =>
  tx.rows(sql`/* activities.find_set_aside_keys */
    select key, input_hash as "inputHash" from activities.request_keys
     where org_id = ${orgId} and key = any(${keys}::text[])`);

const insertDocuments = (tx: Tx, orgId: number, claims: readonly Claim[]): Promise<number> =>
  tx.run(sql`/* activities.insert_set_aside */
    insert into activities.set_aside
           (org_id, party_id, id, kind, bill_number, billed_at, amount, reason, document, import_run_id)
    select ${orgId}, * from unnest(
      ${claims.map(({ partyId }) => partyId)}::bigint[], ${claims.map(({ id }) => id)}::bigint[],
      ${claims.map(({ document }) => document.kind)}::text[], ${claims.map(({ document }) => document.billNumber)}::text[],
      ${claims.map(({ document }) => iso(document.billedAt))}::timestamptz[],
      ${claims.map(({ document }) => document.amount)}::bigint[], ${claims.map(({ document }) => document.reason)}::text[],
      ${claims.map(({ document }) => JSON.stringify(document.document))}::json[],
      ${claims.map(({ document }) => document.importRunId)}::bigint[])`);

export interface SetAsideRow {
  readonly id: number;
  readonly kind: string;
  readonly billNumber: string;
  readonly billedAt: Date;
  readonly amount: Money;
  readonly reason: string;
}

/** Documents kept aside, newest first, after a position. */
const listSetAside = (tx: Tx, orgId: number, after: Position | null, limit: number): Promise<SetAsideRow[]> =>
  tx.rows<SetAsideRow>(sql`/* activities.list_set_aside */
    select id, kind, bill_number as "billNumber", billed_at as "billedAt", amount, reason
      from activities.set_aside
     where org_id = ${orgId}
       and (${after === null} or (billed_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::bigint))
     order by billed_at desc, id desc limit ${limit}`);

/** How many documents are kept aside, and the sum of their amounts (exact to 2^53, close beyond). */
export const countSetAside = (tx: Tx, orgId: number): Promise<{ count: number; amount: Money }> =>
  tx.one(sql`/* activities.count_set_aside */
    select count(*) as count, coalesce(sum(amount), 0)::float8 as amount from activities.set_aside where org_id = ${orgId}`);

const SetAsideItem = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  billNumber: Type.String(),
  billedAt: Type.String(),
  amount: Type.Number(),
  reason: Type.String(),
});

export interface SetAsideRouteParts {
  readonly db: Db;
  readonly orgs: Orgs;
}

/** `GET /api/set-aside`: what was kept aside, newest first. */
export const addSetAsideRoutes = (server: Server, { db, orgs }: SetAsideRouteParts): void => {
  server.get(
    "/api/set-aside",
    {
      config: { access: { resource: "Transaction", mode: "read" } },
      schema: {
        tags: ["Transactions (console)"],
        summary: "Documents kept aside: returns, cancellations and corrections that are not decided yet",
        operationId: "listSetAside",
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(SetAsideItem),
            next: Type.Union([Type.String(), Type.Null()]),
            total: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const { after, limit = 25 } = request.query;
      const organisation = await orgs.get(orgId);
      const position = readPosition(after);
      const { rows, total } = await db.transaction(orgId, async (tx) => ({
        rows: await listSetAside(tx, orgId, position, limit + 1),
        total: (await countSetAside(tx, orgId)).count,
      }));
      const items = rows.slice(0, limit);
      const last = items[items.length - 1];
      return {
        items: items.map(({ id, kind, billNumber, billedAt, amount, reason }) => ({
          id,
          kind,
          billNumber,
          billedAt: formatIso(billedAt.getTime(), organisation.timeZone),
          amount: toDecimal(amount, organisation.moneyScale),
          reason,
        })),
        next: rows.length > limit && last ? positionAfter(last) : null,
        total,
      };
    },
  );
};
