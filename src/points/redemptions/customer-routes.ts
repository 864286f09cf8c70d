import { Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import {
  AppError,
  type Body,
  failures,
  formatPlain,
  type Instant,
  POINTS_SCALE,
  parseDateTime,
  type Server,
  startOfDay,
  toDecimal,
  V1Failure,
} from "#platform";
import { errors } from "../errors.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { done, failed, ItemStatus, RequestStatus, statusOf } from "../v11.ts";
import { readInteger, readText, shown } from "../values.ts";
import { parseCustomer } from "./parse.ts";
import { countRedemptions, listRedemptions, type RedemptionStory } from "./reads.ts";

const MAX_LIMIT = 100;
const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));
const Query = Type.Object({
  format: parameter("json"),
  mobile: parameter("One of the identifiers is needed"),
  email: parameter("See mobile"),
  external_id: parameter("See mobile"),
  id: parameter("See mobile"),
  card_number: parameter("See mobile"),
  card_external_id: parameter("See mobile"),
  type: parameter("POINTS, COUPONS or BOTH, the default"),
  start_date: parameter("First day or time"),
  end_date: parameter("Last day or time"),
  points_limit: parameter(`Redemptions of points at most, 1 to ${MAX_LIMIT}`),
});
const Answer = Type.Object({
  response: Type.Object({
    status: Type.Object({ ...RequestStatus.properties, total: Type.String(), success_count: Type.String() }),
    customers: Type.Object({
      customer: Type.Array(
        Type.Object(
          { item_status: Type.Object({ ...ItemStatus.properties, code: Type.String() }) },
          { additionalProperties: true },
        ),
      ),
    }),
  }),
});

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** Adds the v1.1 read of what a customer redeemed. There are no coupons yet: their list is empty. */
export const addCustomerRedemptionRoutes = (server: Server, parts: PointsRouteParts): void => {
  server.get(
    "/v1.1/customer/redemptions",
    {
      config: { access: { resource: "Points", mode: "read" } },
      schema: {
        tags: ["Points (v1.1)"],
        summary: "Read what a customer redeemed",
        operationId: "getCustomerRedemptions",
        querystring: Query,
        response: { 200: Answer, ...failures(V1Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      let item: object;
      let status: ItemStatus;
      try {
        item = await readCustomer(parts, organisation, query as Body);
        status = done("The redemptions were read.", { code: 1000 });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        item = {};
        status = failed(error);
      }
      const ok = status.success === "true";
      return {
        response: {
          status: { ...statusOf([{ item_status: status }]), total: "1", success_count: ok ? "1" : "0" },
          customers: {
            customer: [
              {
                ...item,
                item_status: { ...status, code: String(status.code), warnings: { warning: [] } },
              },
            ],
          },
        },
      };
    },
  );
};

const readCustomer = async (
  { db, customers, loyalty }: PointsRouteParts,
  organisation: Organisation,
  query: Body,
): Promise<object> => {
  const orgId = organisation.id;
  const party = parseCustomer(organisation, query);
  const type = (readText(query.type, 20) ?? "").toUpperCase() || "BOTH";
  if (!["POINTS", "COUPONS", "BOTH"].includes(type))
    throw errors.bad_value({ field: "type", expected: "POINTS, COUPONS or BOTH" });
  const limit = readInteger(query.points_limit) ?? MAX_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT)
    throw errors.bad_value({ field: "points_limit", expected: `a whole number from 1 to ${MAX_LIMIT}` });
  const span = {
    since: parseDay(organisation, query, "start_date", 0),
    until: parseDay(organisation, query, "end_date", 1),
  };
  const programs = await loyalty.programNames(orgId);
  return db.transaction(orgId, async (tx) => {
    const partyId =
      party.partyId ??
      (await customers.resolveIdentifiers(tx, orgId, party.key === null ? [] : [party.key])).get(
        party.key ?? "",
      );
    const [profile] = partyId === undefined ? [] : await customers.loadProfiles(tx, orgId, [partyId]);
    if (profile === undefined || partyId === undefined) throw errors.unknown_customer({ name: party.name });
    const wants = type !== "COUPONS";
    const partyIds = wants ? await customers.partiesOf(tx, orgId, partyId) : [];
    const [stories, total] = wants
      ? await Promise.all([
          listRedemptions(tx, orgId, partyIds, { ...span, after: null, limit }),
          countRedemptions(tx, orgId, partyIds, span),
        ])
      : [[], 0];
    return {
      mobile: profile.mobile,
      email: profile.email,
      external_id: profile.externalId ?? "",
      user_id: String(partyId),
      firstname: profile.firstName,
      lastname: profile.lastName,
      coupons_count: 0,
      points_count: total,
      redemptions: {
        coupons: { coupon: [] },
        points: { point: stories.map((story) => pointOf(organisation, programs, story)) },
      },
    };
  });
};

/** A day of the cluster, its beginning or (`days` 1) its end; with a time that second, or the one after. */
const parseDay = (organisation: Organisation, query: Body, field: string, days: 0 | 1): Instant | null => {
  const text = readText(query[field], 40);
  if (text === "") return null;
  const zone = organisation.clusterTimeZone;
  const read = text === undefined ? null : parseDateTime(text, { zone, ignoreOffset: true });
  if (read === null || text === undefined)
    throw errors.bad_value({ field, expected: `a date as YYYY-MM-DD; ${shown(query[field])} is not` });
  return text.length <= 10 ? startOfDay(read, zone, days) : read + days * 1000;
};

const pointOf = (
  organisation: Organisation,
  programs: ReadonlyMap<number, string>,
  { redemption, reversals }: RedemptionStory,
) => {
  const { tillId, programId } = redemption;
  const till = tillId === null ? null : organisation.till(tillId);
  const store = tillId === null ? null : organisation.storeOfTill(tillId);
  const plain = (time: Instant) => formatPlain(time, organisation.clusterTimeZone);
  const place = (entity: { code: string; name: string } | null) =>
    entity === null ? {} : { code: entity.code, name: entity.name };
  const inProgram = { program_id: programId, program_name: programs.get(programId) ?? "" };
  return {
    id: redemption.code,
    program_id: programId,
    points_redeemed: points(redemption.amount),
    transaction_number: redemption.billNumber,
    validation_code: "",
    redeemed_time: plain(redemption.redeemedAt),
    redeemed_at: store?.name ?? "",
    notes: redemption.notes,
    redeemed_store: place(store),
    redeemed_till: place(till),
    reversals: reversals.map((reversal) => ({
      reversal_id: reversal.code,
      points_reversed: points(reversal.returned),
      reversal_time: plain(reversal.reversedAt),
      reversed_on_till_id: reversal.tillId ?? -1,
      reversal_breakup_by_program: [{ ...inProgram, points_reversed: points(reversal.returned) }],
    })),
    redemption_breakup_by_program: [{ ...inProgram, points_redeemed: points(redemption.amount) }],
  };
};
