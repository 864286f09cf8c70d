import { Type } from "@fastify/type-provider-typebox";
import {
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  isCursorTime,
  OwnFailure,
  POINTS_SCALE,
  type Server,
  toDecimal,
} from "#platform";
import { errors } from "../errors.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { digitsOf } from "./code.ts";
import { DELIVERY_SETTING } from "./issue.ts";
import { countMessages, listMessages } from "./mailbox.ts";

const Message = Type.Object({
  id: Type.Integer(),
  customerId: Type.Integer(),
  customerName: Type.String(),
  mobile: Type.String(),
  email: Type.String(),
  points: Type.Number({ description: "What the code lets the customer spend" }),
  code: Type.Union([Type.String({ description: "Null: used, or its time is over" }), Type.Null()]),
  sentAt: Type.String(),
  expiresAt: Type.String(),
  usedAt: Type.Union([Type.String(), Type.Null()]),
});
const Mailbox = Type.Object({
  shows: Type.Boolean({ description: "Whether the organisation's codes are delivered from here" }),
  items: Type.Array(Message),
  next: Type.Union([Type.String(), Type.Null()]),
  total: Type.Integer(),
});

const parsePosition = (after: string) => {
  const [sentAt, id] = decodeCursor(after, 2) ?? [];
  if (!isCursorTime(sentAt) || !Number.isSafeInteger(id)) throw errors.bad_cursor({ field: "after" });
  return { sentAt, id: Number(id) };
};

/**
 * Adds the local mailbox: the messages that somebody tells customers by hand. Codes are shown in organisations that deliver
 * them so, and nowhere else.
 */
export const addMailboxRoutes = (server: Server, parts: PointsRouteParts): void => {
  const { db, clock, orgs, customers, validationSecret } = parts;
  server.get(
    "/api/mailbox",
    {
      config: { access: { resource: "Customer", mode: "read" } },
      schema: {
        tags: ["Points by hand"],
        summary: "Messages to customers that are delivered by hand",
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
      if (organisation.setting(DELIVERY_SETTING) !== "mailbox")
        return { shows: false, items: [], next: null, total: 0 };
      const secret = await validationSecret();
      const now = clock.now().getTime();
      const { rows, total, names } = await db.transaction(orgId, async (tx) => {
        const [found, count] = await Promise.all([
          listMessages(tx, orgId, after, limit + 1),
          countMessages(tx, orgId),
        ]);
        const partyIds = [...new Set(found.map(({ partyId }) => partyId))];
        const profiles = partyIds.length === 0 ? [] : await customers.loadProfiles(tx, orgId, partyIds);
        return {
          rows: found,
          total: count,
          names: new Map(
            profiles.map(({ partyId, firstName, lastName }) => [
              partyId,
              [firstName, lastName].filter((part) => part).join(" "),
            ]),
          ),
        };
      });
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const iso = (time: Date) => formatIso(time.getTime(), organisation.timeZone);
      return {
        shows: true,
        items: shown.map((row) => ({
          id: row.id,
          customerId: row.partyId,
          customerName: names.get(row.partyId) ?? "",
          mobile: row.mobile,
          email: row.email,
          points: toDecimal(row.points, POINTS_SCALE),
          code:
            row.usedAt === null && row.expiresAt.getTime() > now
              ? digitsOf(secret, { orgId, partyId: row.partyId, id: row.codeId, nonce: row.nonce })
              : null,
          sentAt: iso(row.sentAt),
          expiresAt: iso(row.expiresAt),
          usedAt: row.usedAt === null ? null : iso(row.usedAt),
        })),
        next: last ? encodeCursor([last.sentAt.toISOString(), last.id]) : null,
        total,
      };
    },
  );
};
