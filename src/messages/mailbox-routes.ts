import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Organisation, Orgs } from "#orgs";
import {
  type Db,
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  isCursorTime,
  type Millipoints,
  OwnFailure,
  POINTS_SCALE,
  type Server,
  toDecimal,
} from "#platform";
import { errors } from "./errors.ts";
import type { MessageStatus } from "./schema.ts";
import type { Messages } from "./service.ts";
import { countMessages, listMessages, type MailboxRow, type Position } from "./store.ts";

const OrNull = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const Message = Type.Object({
  id: Type.Integer(),
  kind: Type.String({ description: "validation_code, points_expiry_reminder or statement" }),
  customerId: Type.Integer(),
  customerName: Type.String(),
  mobile: Type.String(),
  email: Type.String(),
  status: Type.Union(
    [
      Type.Literal("by_hand"),
      Type.Literal("queued"),
      Type.Literal("sent"),
      Type.Literal("failed"),
      Type.Literal("expired"),
    ],
    { description: "by_hand: staff tell the customer; the others are of e-mails" },
  ),
  reason: Type.String({ description: "Why it is not sent, or was not at the last try; else empty" }),
  attempts: Type.Integer(),
  createdAt: Type.String(),
  sentAt: OrNull(Type.String()),
  nextAttemptAt: OrNull(Type.String()),
  expiresAt: Type.String({ description: "From then on it is worth nothing and is not sent" }),
  points: OrNull(Type.Number({ description: "What a code lets the customer spend" })),
  code: OrNull(Type.String({ description: "Of a message by hand, while the code can be used" })),
  usedAt: OrNull(Type.String({ description: "When the code was used" })),
});
const Mailbox = Type.Object({
  codesBy: Type.Union([Type.Literal("none"), Type.Literal("mailbox"), Type.Literal("email")], {
    description: "How the organisation's one-time codes reach customers",
  }),
  hasMailServer: Type.Boolean({ description: "Whether this server can send e-mail" }),
  items: Type.Array(Message),
  next: OrNull(Type.String()),
  total: Type.Integer({ description: "Counts at most 1,000" }),
});

/** A longer mailbox is not counted to its end for each page of it. */
const MOST_COUNTED = 1000;

/** What the mailbox says of a one-time code. */
export interface CodeShown {
  readonly points: Millipoints;
  /** Null: used, or its time is over. */
  readonly code: string | null;
  readonly usedAt: Date | null;
}

export interface MailboxParts {
  readonly db: Db;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "loadProfiles">;
  readonly messages: Messages;
  /** Codes by their ids. */
  readonly codesOf: (
    orgId: number,
    codes: readonly { readonly partyId: number; readonly id: number }[],
  ) => Promise<ReadonlyMap<number, CodeShown>>;
}

const parsePosition = (after: string): Position => {
  const [at, id] = decodeCursor(after, 2) ?? [];
  if (!isCursorTime(at) || !Number.isSafeInteger(id)) throw errors.bad_cursor({ field: "after" });
  return { at: String(at), id: Number(id) };
};

const CODES_BY = ["mailbox", "email"] as const;
const codesBy = (organisation: Organisation): "none" | (typeof CODES_BY)[number] =>
  CODES_BY.find((way) => way === organisation.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY")) ?? "none";

const present = (
  row: MailboxRow,
  {
    name,
    shown,
    showsCode,
    iso,
  }: { name: string; shown: CodeShown | undefined; showsCode: boolean; iso: (at: Date) => string },
) => {
  const isoOrNull = (at: Date | null) => (at === null ? null : iso(at));
  const status: MessageStatus = row.status;
  return {
    id: row.id,
    kind: row.kind,
    customerId: row.partyId,
    customerName: name,
    mobile: row.mobile,
    email: row.email,
    status,
    reason: row.reason,
    attempts: row.attempts,
    createdAt: iso(row.createdAt),
    sentAt: status === "sent" ? isoOrNull(row.endedAt) : null,
    nextAttemptAt: isoOrNull(row.nextAttemptAt),
    expiresAt: iso(row.expiresAt),
    points: shown === undefined ? null : toDecimal(shown.points, POINTS_SCALE),
    code: showsCode ? (shown?.code ?? null) : null,
    usedAt: isoOrNull(shown?.usedAt ?? null),
  };
};

/**
 * Adds the mailbox: what customers were written and what became of it, and the messages that somebody tells them by hand. A code
 * is shown where the organisation delivers codes so; one that goes by e-mail is shown to nobody.
 */
export const addMailboxRoutes = (server: Server, parts: MailboxParts): void => {
  const { db, orgs, customers, messages, codesOf } = parts;

  const read = (orgId: number, after: Position | null, limit: number) =>
    db.transaction(orgId, async (tx) => {
      const [rows, total] = await Promise.all([
        listMessages(tx, orgId, after, limit + 1),
        countMessages(tx, orgId, MOST_COUNTED),
      ]);
      const partyIds = [...new Set(rows.map(({ partyId }) => partyId))];
      const profiles = partyIds.length === 0 ? [] : await customers.loadProfiles(tx, orgId, partyIds);
      const names = new Map(
        profiles.map(({ partyId, firstName, lastName }) => [
          partyId,
          [firstName, lastName].filter((part) => part).join(" "),
        ]),
      );
      return { rows, total, names };
    });

  server.get(
    "/api/mailbox",
    {
      config: { access: { resource: "Customer", mode: "read" } },
      schema: {
        tags: ["Points by hand"],
        summary: "Messages to customers: those told by hand, and what became of e-mails",
        operationId: "listMailbox",
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 200, description: "`next` of the page in front" })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 25 when absent" }),
          ),
        }),
        response: { 200: Mailbox, ...failures(OwnFailure) },
      },
    },
    async ({ actor: { orgId }, query }) => {
      const limit = Number(query.limit ?? 25);
      const after = query.after === undefined ? null : parsePosition(query.after);
      const organisation = await orgs.get(orgId);
      const { rows, total, names } = await read(orgId, after, limit);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const codes = await codesOf(
        orgId,
        shown.flatMap(({ partyId, refId, kind }) =>
          refId === null || kind !== "validation_code" ? [] : [{ partyId, id: refId }],
        ),
      );
      const way = codesBy(organisation);
      const iso = (time: Date) => formatIso(time.getTime(), organisation.timeZone);
      return {
        codesBy: way,
        hasMailServer: messages.hasMailServer,
        items: shown.map((row) =>
          present(row, {
            name: names.get(row.partyId) ?? "",
            shown: codes.get(row.refId ?? -1),
            showsCode: way === "mailbox" && row.status === "by_hand",
            iso,
          }),
        ),
        next: last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
        total,
      };
    },
  );
};
