import type { Organisation } from "#orgs";
import type { Body } from "#platform";
import { errors } from "../errors.ts";
import { asText } from "../parse-values.ts";
import type { PathParts } from "../path.ts";
import { findTransaction, linesOf, type StoredTransaction } from "../reads.ts";
import { returnsOfBills } from "../returns/reads.ts";
import type { Purchase, Recorded } from "../schema.ts";
import type { Activities } from "../service.ts";
import { type Simulation, simulate } from "../simulation/simulate.ts";
import { checkClaimable, purchaseOfClaim, type RetroRequest } from "./rules.ts";
import { findClaim } from "./store.ts";

export interface RetroParts extends PathParts {
  readonly activities: Activities;
}

/** The types that the call names; only one pair is there. Errors: 1625, 1626. */
export const checkTypes = (oldType: unknown, newType: unknown): void => {
  const from = (asText(oldType, "oldType", 50) ?? "").toUpperCase();
  const to = (asText(newType, "newType", 50) ?? "").toUpperCase();
  if (from === "") throw errors.retro_type_missing({ field: "oldType" });
  if (to === "") throw errors.retro_type_missing({ field: "newType" });
  if (from !== "NOT_INTERESTED" || to !== "REGULAR")
    throw errors.type_not_changeable({
      type: from === "NOT_INTERESTED" ? to.slice(0, 40) : from.slice(0, 40),
    });
};

/** Who claims, as the header X-CAP-CLIENT-SIGNATURE says. Errors: 1629. */
export const clientOf = (headers: Readonly<Record<string, unknown>>): string => {
  const signature = headers["x-cap-client-signature"];
  const text = typeof signature === "string" ? signature.trim() : "";
  if (text === "") throw errors.no_client_signature();
  return text.slice(0, 200);
};

/** The id of the bill that is claimed. Errors: 1628. */
export const claimedId = (value: unknown): number => {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,15}$/.test(text.trim()))
    throw errors.retro_unknown({ id: String(typeof text === "string" ? text.slice(0, 40) : "") });
  return Number(text);
};

/**
 * Reads an anonymous bill as a purchase of the customer who claims it. Errors: 1628 for a bill that is not there, and what
 * `checkClaimable` throws.
 */
export const readClaim = async (
  { db, orgs, clock }: RetroParts,
  orgId: number,
  transactionId: number,
  request: RetroRequest,
): Promise<{ purchase: Purchase; bill: StoredTransaction; organisation: Organisation }> => {
  const organisation = await orgs.get(orgId);
  const now = clock.now().getTime();
  return db.transaction(orgId, async (tx) => {
    const bill = await findTransaction(tx, orgId, transactionId);
    if (bill === null) throw errors.retro_unknown({ id: transactionId });
    const lines = await linesOf(tx, orgId, bill.partyId, [bill.id]);
    checkClaimable(organisation, bill, now);
    if ((await returnsOfBills(tx, orgId, [bill])).length > 0)
      throw errors.returned_not_claimable({ id: bill.id });
    return { purchase: purchaseOfClaim(organisation, bill, lines, request, now), bill, organisation };
  });
};

export interface Claimed extends Recorded {
  readonly bill: StoredTransaction;
}

/** Lets a customer claim an anonymous bill: a new bill of theirs goes the way of every purchase, dated as the old one. */
export const claimBill = async (
  parts: RetroParts,
  orgId: number,
  transactionId: number,
  request: RetroRequest,
): Promise<Claimed> => {
  // Whether it is claimed already is seen on the path: a repeat under the same key gets its first answer there.
  const { purchase, bill } = await readClaim(parts, orgId, transactionId, request);
  return { ...(await parts.activities.record(orgId, purchase)), bill };
};

/** What a claim would come to. Errors: as of `claimBill`, but nothing is written. */
export const previewClaim = async (
  parts: RetroParts,
  orgId: number,
  transactionId: number,
  request: RetroRequest,
): Promise<Simulation> => {
  const { purchase, bill } = await readClaim(parts, orgId, transactionId, request);
  const claim = await parts.db.transaction(orgId, (tx) => findClaim(tx, orgId, bill.partyId, bill.id));
  if (claim !== null) throw errors.already_retro({ id: bill.id });
  return simulate(parts, orgId, purchase);
};

/** What of a body goes with the claim. */
export const detailsOfClaim = (body: Body): Body => ({
  notes: body.notes,
  extendedFields: body.extendedFields,
  customFields: body.customFields,
});
