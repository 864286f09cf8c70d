import type { Category } from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import { AppError, type Body, type Instant, isObject, type Outcome } from "#platform";
import { type Caller, locateParties, movementOf } from "../calls.ts";
import type { BillOfCustomer } from "../conversions/routes.ts";
import { currencyNamed } from "../deductions/parse.ts";
import type { Movement } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { identifierTypeOf, nameParty, partyWithId } from "../naming.ts";
import type { Moved } from "../path.ts";
import { readInteger, readText, shown } from "../values.ts";
import type { AllocateRouteParts } from "./allocate-routes.ts";
import { type GrantAmount, type GrantInput, grantKind } from "./grant.ts";

/** Items of one call at most (points.md §4.6). */
export const MAX_ITEMS = 10;

const need = (value: unknown, field: string): number => {
  const number = readInteger(value);
  if (number === null || number === undefined)
    throw errors.not_supported({ field, reason: `${shown(value)} is no id` });
  return number;
};

const ROUNDINGS = new Set(["FLOOR", "ACTUAL", "ROUND"]);
type Rounding = "FLOOR" | "ACTUAL" | "ROUND";

const roundingOf = (value: unknown, field: string): Rounding => {
  const text = (readText(value, 20) ?? "?").toUpperCase();
  if (text === "") return "ACTUAL";
  if (!ROUNDINGS.has(text)) throw errors.not_supported({ field, reason: `${shown(value)} is no rounding` });
  return text as Rounding;
};

const amountOf = (item: Body): GrantAmount => {
  const given = item.sourceValue;
  const isNumber = typeof given === "number" || (typeof given === "string" && given.trim() !== "");
  const value = isNumber ? Number(given) : Number.NaN;
  if (!Number.isFinite(value))
    throw errors.not_supported({ field: "sourceValue", reason: `${shown(item.sourceValue)} is no number` });
  const how = roundingOf(item.sourceValueRoundingStrategy, "sourceValueRoundingStrategy");
  const sourceValue = how === "FLOOR" ? Math.floor(value) : how === "ROUND" ? Math.round(value) : value;
  return {
    strategyId: need(item.awardStrategyId, "awardStrategyId"),
    sourceValue,
    rounding: roundingOf(item.pointsRoundingStrategy, "pointsRoundingStrategy"),
  };
};

const categoryOf = (value: unknown): Category => {
  const text = (readText(value, 30) ?? "?").toUpperCase();
  if (text === "" || text === "REGULAR") return 1;
  if (text === "PROMISED") return 2;
  throw errors.not_supported({ field: "currencyType", reason: `${shown(value)} is not REGULAR or PROMISED` });
};

const checkOrganisation = (organisation: Organisation, item: Body): void => {
  if (need(item.orgId, "orgId") !== organisation.id)
    throw errors.not_supported({ field: "orgId", reason: `${shown(item.orgId)} is not this organisation` });
};

const customerOf = async (
  parts: AllocateRouteParts,
  organisation: Organisation,
  item: Body,
): Promise<number> => {
  const named: Body = isObject(item.lookupParams) ? item.lookupParams : {};
  const entity = (readText(named.entityType, 30) ?? "").toUpperCase();
  if (entity === "USERGROUP2")
    throw errors.group_unknown({ field: "lookupParams.groupId", value: shown(named.groupId) });
  if (entity !== "CUSTOMER")
    throw errors.bad_entity_type({ field: "lookupParams.entityType", value: shown(named.entityType) });
  const type = readText(named.identifierType, 60) ?? "";
  const value = readText(named.identifierValue, 300) ?? "";
  if (identifierTypeOf(type) === null)
    throw errors.bad_identifier_type({
      field: "lookupParams.identifierType",
      names: "mobile, email, id, externalId",
      value: shown(named.identifierType),
    });
  const [partyId] = await locateParties(parts, organisation.id, [nameParty(organisation, type, value)!]);
  return partyId!;
};

/** Events that are about a bill: its return takes the points back. */
const BILL_EVENTS = new Set(["transactionadd", "transactionupdate"]);
/** Events that are about the customer; their source is the customer's id. */
const CUSTOMER_EVENTS: Readonly<Record<string, string>> = {
  customerregistration: "CustomerRegistration",
  customerupdate: "CustomerUpdate",
};
const EVENTS = "TransactionAdd, TransactionUpdate, CustomerRegistration, CustomerUpdate";

/** What points are given for: a bill, with the line when the item names one, or something that the customer did. */
type Occasion = Pick<GrantInput, "bill" | "reason">;

const occasionOf = async (
  parts: AllocateRouteParts,
  orgId: number,
  partyId: number,
  item: Body,
): Promise<Occasion> => {
  const name = (readText(item.eventName, 100) ?? "").toLowerCase();
  if (BILL_EVENTS.has(name)) return { bill: await billOf(parts, orgId, partyId, item), reason: "" };
  const event = CUSTOMER_EVENTS[name];
  if (event === undefined)
    throw errors.not_supported({
      field: "eventName",
      reason: `points can be given for ${EVENTS}; ${shown(item.eventName)} is none of them`,
    });
  const id = readInteger(item.eventSourceId) ?? 0;
  const current = await parts.db.transaction(orgId, (tx) => parts.customers.currentIds(tx, orgId, [id]));
  if (current.get(id) !== partyId)
    throw errors.not_supported({
      field: "eventSourceId",
      reason: `of ${event} it is the customer's id, and ${shown(item.eventSourceId)} is not`,
    });
  if ((readInteger(item.billLineItemId) ?? 0) !== 0)
    throw errors.not_supported({ field: "billLineItemId", reason: `${event} is about no bill` });
  return { bill: null, reason: event };
};

const billOf = async (
  parts: AllocateRouteParts,
  orgId: number,
  partyId: number,
  item: Body,
): Promise<NonNullable<GrantInput["bill"]>> => {
  const id = readInteger(item.eventSourceId);
  const [bill]: readonly BillOfCustomer[] =
    id === null || id === undefined ? [] : await parts.findBills(orgId, partyId, { id });
  if (bill === undefined)
    throw errors.bill_unknown({ field: "eventSourceId", value: shown(item.eventSourceId) });
  const line = readInteger(item.billLineItemId) ?? 0;
  if (line !== 0 && !bill.lines.some(({ lineNo }) => lineNo === line))
    throw errors.bill_unknown({ field: "billLineItemId", value: shown(item.billLineItemId) });
  return { transactionId: bill.transactionId, number: bill.number, line };
};

/** Reads one item of the call into a grant that is tied to its bill. */
const grantOf = async (
  parts: AllocateRouteParts,
  caller: Caller,
  organisation: Organisation,
  programs: OrgPrograms,
  value: unknown,
  index: number,
  now: Instant,
): Promise<Movement> => {
  const item: Body = isObject(value) ? value : {};
  checkOrganisation(organisation, item);
  const programId = need(item.programId, "programId");
  if (programs.byId(programId) === null)
    throw errors.not_supported({ field: "programId", reason: `there is no program ${programId}` });
  const partyId = await customerOf(parts, organisation, item);
  const name = readText(item.alternateCurrencyIdentifier, 100) ?? "?";
  const currency = name === "" ? null : currencyNamed(programs, name, programId, now);
  if (name !== "" && currency === null)
    throw errors.not_supported({
      field: "alternateCurrencyIdentifier",
      reason: `there is no currency ${shown(item.alternateCurrencyIdentifier)}`,
    });
  // The documented samples say -1 for none.
  const promotionId = Math.max(0, readInteger(item.promotionId) ?? 0) || null;
  return movementOf(
    caller,
    grantKind,
    [partyWithId(partyId)],
    {
      kind: "issue",
      programId,
      currencyId: currency?.currencyId ?? 0,
      category: categoryOf(item.currencyType),
      amount: amountOf(item),
      expiry: { strategyId: need(item.expiryStrategyId, "expiryStrategyId") },
      convertsAt: null,
      awardedAt: null,
      comments: "",
      ...(await occasionOf(parts, organisation.id, partyId, item)),
      promotion: promotionId === null ? null : { id: promotionId, name: "" },
    },
    now,
    index,
  );
};

/** Gives points for up to ten bills or other events; each item has its own outcome. */
export const allocate = async (
  parts: AllocateRouteParts,
  caller: Caller,
  items: readonly unknown[],
): Promise<readonly Outcome<Moved>[]> => {
  const { orgId } = caller.actor;
  const [organisation, programs] = await Promise.all([parts.orgs.get(orgId), parts.loyalty.programs(orgId)]);
  const now = parts.clock.now().getTime();
  const outcomes: (Outcome<Moved> | null)[] = items.map(() => null);
  const movements: Movement[] = [];
  const positions: number[] = [];
  for (const [index, item] of items.entries()) {
    try {
      movements.push(await grantOf(parts, caller, organisation, programs, item, index, now));
      positions.push(index);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      outcomes[index] = { error };
    }
  }
  const moved = await parts.points.moveAll(orgId, movements);
  moved.forEach((outcome, position) => {
    outcomes[positions[position]!] = outcome;
  });
  return outcomes as Outcome<Moved>[];
};
