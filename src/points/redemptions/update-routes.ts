import { Type } from "@fastify/type-provider-typebox";
import { currentIds } from "#customers";
import type { Actor } from "#identity";
import { lockParties } from "#ledger";
import type { Organisation } from "#orgs";
import {
  type Body,
  failures,
  formatIso,
  formatPlain,
  Issue,
  isObject,
  issue,
  POINTS_SCALE,
  type Server,
  StaleRead,
  type Tx,
  toDecimal,
  V2Failure,
} from "#platform";
import { errors } from "../errors.ts";
import { nameParty } from "../naming.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import type { Redemption } from "../schema.ts";
import { codeKey, findCodes, findKeys, loadRedemptions } from "../store.ts";
import { readText, shown } from "../values.ts";
import { changeRedemptions } from "./changes.ts";
import { parseCustomFields, parseText } from "./parse.ts";

const field = (description: string) => Type.Optional(Type.Unknown({ description }));
const UpdateBody = Type.Object(
  {
    redemptionId: field("The redemption's code; this or externalReferenceNumber"),
    externalReferenceNumber: field("As given when the points were redeemed"),
    billNumber: field("At most 50 characters"),
    billId: field("Id of the bill, of at most 19 digits; it must be the customer's"),
    purpose: field("At most 255 characters"),
    entity: field("Whose it is: type CUSTOMER, identifierType and identifierValue"),
    customFields: field("name and value; only where some were sent when the points were redeemed"),
  },
  { additionalProperties: true },
);
const Record = Type.Object({
  id: Type.Integer(),
  programId: Type.Integer(),
  customerId: Type.Integer(),
  pointsRedeemed: Type.Number(),
  billId: Type.Integer({ description: "-1: none" }),
  billNumber: Type.String(),
  validationCode: Type.String(),
  notes: Type.String(),
  redemptionId: Type.String(),
  redemptionPurpose: Type.String(),
  redemptionTime: Type.String(),
  pointsRedemptionTime: Type.Integer({ description: "Milliseconds since 1970" }),
  redemptionDate: Type.String(),
  tillId: Type.Integer({ description: "-1: none" }),
  tillName: Type.String(),
  pointDeductionList: Type.Array(
    Type.Object({ pointsDeducted: Type.Number(), programId: Type.Integer(), deductionType: Type.String() }),
  ),
  customFields: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
  warnings: Type.Array(Issue),
});

/** What may be changed of a redemption; undefined: it stays. */
interface Change {
  readonly billNumber?: string;
  readonly billId?: number;
  readonly purpose?: string;
  readonly customFields?: Redemption["customFields"];
}

/** Adds the documented call that changes what a redemption says beside its points. Every change stays on record. */
export const addUpdateRedemptionRoutes = (server: Server, parts: PointsRouteParts): void => {
  for (const method of ["POST", "PUT"] as const)
    server.route({
      method,
      url: "/v2/points/updateRedemption",
      config: { access: { resource: "Points", mode: "write" } },
      schema: {
        tags: ["Points"],
        summary: "Change what a redemption says beside its points",
        operationId: method === "PUT" ? "updateRedemption" : "postUpdateRedemption",
        body: UpdateBody,
        response: { 200: Record, ...failures(V2Failure) },
      },
      handler: async (request) => {
        const organisation = await parts.orgs.get(request.actor.orgId);
        return update(parts, organisation, request.actor, request.body as Body);
      },
    });
};

const update = async (parts: PointsRouteParts, organisation: Organisation, actor: Actor, body: Body) => {
  const { change, warnings } = readChange(organisation, body);
  const now = parts.clock.now().getTime();
  // Taken before, so that a transaction that is run again has one.
  const changeId = await parts.ids.take("points");
  const changed = await parts.db.transaction(organisation.id, async (tx) => {
    const key = await findRedemption(tx, organisation.id, body);
    await checkEntity(tx, parts, organisation, body, key.partyId);
    await lockWithSurvivor(tx, organisation.id, key.partyId);
    const [before] = await loadRedemptions(tx, organisation.id, [key]);
    if (before === undefined) throw errors.redemption_unknown({ value: shown(body.redemptionId) });
    if (change.customFields !== undefined && before.customFields === null) throw errors.no_fields_then();
    const after = await changeOf(tx, parts, organisation.id, before, change);
    const { name: by, tillId } = actor;
    await tx.runAll(
      changeRedemptions(organisation.id, [{ id: changeId, before, after, at: now, by, tillId }]),
    );
    return after;
  });
  return recordOf(organisation, changed, warnings);
};

/** The survivor as well, whose bill the points may have paid: a return of that bill looks under this lock whose points they were. */
const lockWithSurvivor = async (tx: Tx, orgId: number, partyId: number): Promise<void> => {
  const survivorId = async () => (await currentIds(tx, orgId, [partyId])).get(partyId) ?? partyId;
  const before = await survivorId();
  await lockParties(tx, orgId, [...new Set([partyId, before])]);
  if ((await survivorId()) !== before)
    throw new StaleRead("a customer was merged while the change of a redemption waited for the lock");
};

/** Errors: 748, 749, 400. */
const readChange = (organisation: Organisation, body: Body) => {
  const named = ["redemptionId", "externalReferenceNumber"].filter(
    (name) => readText(body[name], 200) !== "",
  );
  if (named.length !== 1) throw errors.one_redemption();
  const has = (name: string) => body[name] !== undefined && body[name] !== null && body[name] !== "";
  const billId = readText(body.billId, 19);
  if (has("billId") && (billId === undefined || !/^\d{1,19}$/.test(billId)))
    throw errors.bad_value({ field: "billId", expected: "a whole number of at most 19 digits" });
  const custom = parseCustomFields(organisation, body.customFields);
  const change: Change = {
    ...(has("billNumber") ? { billNumber: parseText(body, "billNumber", 50) } : {}),
    ...(has("billId") ? { billId: Number(billId) } : {}),
    ...(has("purpose") ? { purpose: parseText(body, "purpose", 255) } : {}),
    ...(has("customFields") ? { customFields: custom.fields } : {}),
  };
  if (Object.keys(change).length === 0) throw errors.nothing_to_change();
  return { change, warnings: custom.warnings };
};

/** Error: 902. */
const findRedemption = async (
  tx: Tx,
  orgId: number,
  body: Body,
): Promise<{ partyId: number; id: number }> => {
  const code = readText(body.redemptionId, 40);
  const reference = readText(body.externalReferenceNumber, 100);
  if (code !== "" && code !== undefined) {
    const [found] = await findCodes(tx, orgId, [codeKey(orgId, "redemption", code)]);
    if (found !== undefined) return found;
  } else if (reference !== undefined && reference !== "") {
    const [found] = await findKeys(tx, orgId, [`${orgId}:redeem:ref:${reference}`]);
    const reply =
      found?.reply == null ? null : (JSON.parse(found.reply) as { customerId: number; redemptionId: number });
    if (reply !== null) return { partyId: reply.customerId, id: reply.redemptionId };
  }
  throw errors.redemption_unknown({ value: shown(body.redemptionId ?? body.externalReferenceNumber) });
};

/** The customer whom the call names must be the one who redeemed. Errors: 1212, 1219, 8015, 904. */
const checkEntity = async (
  tx: Tx,
  { customers }: PointsRouteParts,
  organisation: Organisation,
  body: Body,
  partyId: number,
): Promise<void> => {
  if (body.entity === undefined || body.entity === null) return;
  const entity: Body = isObject(body.entity) ? body.entity : {};
  const [type, name, value] = ["type", "identifierType", "identifierValue"].map((key) =>
    readText(entity[key], 300),
  );
  if (!type || !name || !value) throw errors.incomplete_entity();
  if (type.toUpperCase() !== "CUSTOMER") throw errors.bad_owner_type({ value: type });
  const party = nameParty(organisation, name, value);
  const keys = party?.key == null ? [] : [party.key];
  const found =
    party?.partyId ?? (await customers.resolveIdentifiers(tx, organisation.id, keys)).get(keys[0] ?? "");
  if (found === undefined) throw errors.unknown_customer({ name: `${name} ${value.slice(0, 60)}` });
  // Points that somebody redeemed before being merged are the survivor's redemption, by whichever of the two it is named.
  const current = await currentIds(tx, organisation.id, [found, partyId]);
  if (current.get(found) !== current.get(partyId))
    throw errors.other_customer({ value: shown(body.redemptionId) });
};

/**
 * The redemption as it is to be: a number leads to the bill of who redeemed, or of who they were merged into, where there is one; an
 * id must. Error: 873.
 */
const changeOf = async (
  tx: Tx,
  { findBills }: PointsRouteParts,
  orgId: number,
  before: Redemption,
  { billNumber, billId, purpose, customFields }: Change,
): Promise<Redemption> => {
  const number = billNumber ?? before.billNumber;
  const moves = billNumber !== undefined || billId !== undefined;
  const holders =
    moves && number !== ""
      ? new Set([before.partyId, (await currentIds(tx, orgId, [before.partyId])).get(before.partyId)])
      : [];
  const bills = await findBills(
    tx,
    orgId,
    [...holders].flatMap((partyId) => (partyId === undefined ? [] : [{ partyId, number }])),
  );
  const bill = billId === undefined ? bills[0] : bills.find(({ transactionId }) => transactionId === billId);
  if (billId !== undefined && bill?.transactionId !== billId) throw errors.bill_unknown({ value: billId });
  return {
    ...before,
    billNumber: number,
    transactionId: moves ? (bill?.transactionId ?? null) : before.transactionId,
    purpose: purpose ?? before.purpose,
    customFields: customFields === undefined ? before.customFields : customFields,
  };
};

const recordOf = (
  organisation: Organisation,
  redemption: Redemption,
  warnings: readonly { readonly code: number; readonly message: string }[],
) => {
  const { tillId, redeemedAt, programId } = redemption;
  const points = toDecimal(redemption.amount, POINTS_SCALE);
  return {
    id: redemption.id,
    programId,
    customerId: redemption.partyId,
    pointsRedeemed: points,
    billId: redemption.transactionId ?? -1,
    billNumber: redemption.billNumber,
    validationCode: "",
    notes: redemption.notes,
    redemptionId: redemption.code,
    redemptionPurpose: redemption.purpose,
    redemptionTime: formatPlain(redeemedAt, organisation.clusterTimeZone),
    pointsRedemptionTime: redeemedAt,
    redemptionDate: formatIso(redeemedAt, organisation.clusterTimeZone),
    tillId: tillId ?? -1,
    tillName: tillId === null ? "" : (organisation.till(tillId)?.name ?? ""),
    pointDeductionList: [{ pointsDeducted: points, programId, deductionType: "REDEEMED" }],
    customFields: [...(redemption.customFields ?? [])],
    warnings: warnings.map(({ code, message }) => issue(code, message)),
  };
};
