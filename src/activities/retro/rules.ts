import { hash } from "node:crypto";
import type { CustomerProfile } from "#customers";
import { type Organisation, validateFields } from "#orgs";
import type { AppError, Body, Instant } from "#platform";
import { errors } from "../errors.ts";
import { fieldIssues, MAX_FIELDS } from "../parse-lines.ts";
import { asObject, asText } from "../parse-values.ts";
import type { StoredLine, StoredTransaction } from "../reads.ts";
import { pointsIgnoredBy } from "../rules.ts";
import type { LineItem, Purchase } from "../schema.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A claim of an anonymous bill as it is asked for. */
export interface RetroRequest {
  readonly customerId: number;
  /** Names the customer in messages. */
  readonly customerName: string;
  /** Who asks, as the client signs. */
  readonly client: string;
  readonly requestKey: string | null;
  /** Notes and fields that come with the claim. */
  readonly body: Body;
}

/** Refuses what cannot be claimed whoever asks: 1626, 1627, 1631, 1633. */
export const checkClaimable = (organisation: Organisation, bill: StoredTransaction, now: Instant): void => {
  if (!organisation.flag("CONF_RETRO_TRANSACTION_ENABLE")) throw errors.retro_off();
  if (bill.details?.retro !== undefined) throw errors.already_retro({ id: bill.id });
  if (bill.type !== "NOT_INTERESTED") throw errors.type_not_changeable({ type: bill.type });
  const days = organisation.number("CONF_CLIENT_RETRO_MAX_ALLOWED_AGE_DAYS");
  if (days !== undefined && now - bill.billedAt.getTime() > days * DAY) throw errors.retro_too_old({ days });
};

/**
 * Why a customer may not have the bill: 1632 when it is older than their registration by more than the organisation allows.
 * Without a setting any bill may be claimed.
 */
export const objectionToClaim = (
  organisation: Organisation,
  billedAt: Instant,
  { registeredAt }: Pick<CustomerProfile, "registeredAt">,
): AppError | null => {
  const hours = organisation.number("CONF_CLIENT_RETRO_DELAY_SINCE_REGISTRATION_HOURS");
  if (hours === undefined || billedAt > registeredAt.getTime() - hours * HOUR) return null;
  return errors.retro_registered_too_late({ hours });
};

const fieldsOf = (organisation: Organisation, body: Body) => {
  const extended = validateFields(
    organisation.extendedFields("TRANSACTION"),
    asObject(body.extendedFields, "extendedFields", MAX_FIELDS),
  );
  const custom = validateFields(
    organisation.customFields("LOYALTY_TRANSACTION"),
    asObject(body.customFields, "customFields", MAX_FIELDS),
  );
  return { extended, custom, warnings: fieldIssues([...extended.warnings, ...custom.warnings]) };
};

const lineOf = ({ itemCode, description, details, ...line }: StoredLine): LineItem => {
  const { extendedFields, ...others } = details ?? {};
  const { quantity, rate, value, discount, amount } = line;
  return {
    itemCode,
    description,
    quantity,
    rate,
    value,
    discount,
    amount,
    details: Object.keys(others).length === 0 ? null : others,
    extendedFields: (extendedFields ?? {}) as LineItem["extendedFields"],
  };
};

/** The anonymous bill as a purchase of the customer, dated as it was, to go the way of every purchase. */
export const purchaseOfClaim = (
  organisation: Organisation,
  bill: StoredTransaction,
  lines: readonly StoredLine[],
  request: RetroRequest,
  now: Instant,
): Purchase => {
  const { extended, custom, warnings } = fieldsOf(organisation, request.body);
  const note = asText(request.body.notes ?? request.body.note, "notes", 2000);
  const { details } = bill;
  const inputHash = hash(
    "sha256",
    JSON.stringify(["retro", bill.id, request.customerId, note, extended.values, custom.values]),
    "buffer",
  );
  return {
    type: "REGULAR",
    customerKey: null,
    customerName: request.customerName,
    customerId: request.customerId,
    number: bill.billNumber,
    ownNumber: bill.billNumber,
    numberScope: { scope: `retro:${bill.id}`, days: null },
    billedAt: bill.billedAt.getTime(),
    now,
    amount: bill.amount,
    grossAmount: bill.grossAmount,
    discount: bill.discount,
    note: note ?? details?.note ?? null,
    lines: lines.map(lineOf),
    returns: [],
    paymentModes: (details?.paymentModes ?? []).map((payment) => ({
      ...payment,
      attributes: payment.attributes as Readonly<Record<string, unknown>>,
    })),
    extendedFields: { ...details?.extendedFields, ...extended.values },
    customFields: { ...details?.customFields, ...custom.values },
    notInterestedReason: null,
    ...(details?.creditNote === undefined ? {} : { creditNote: details.creditNote }),
    ...(details?.localCurrency === undefined ? {} : { localCurrency: details.localCurrency }),
    outlierStatus: bill.outlierStatus,
    deliveryStatus: bill.deliveryStatus,
    source: bill.source,
    accountId: bill.accountId,
    tillId: bill.tillId,
    storeId: bill.storeId,
    pointsIgnored: pointsIgnoredBy(organisation, bill.billNumber),
    warnings,
    inputHash,
    requestKey: request.requestKey,
    contentKey: null,
    wantsSideEffects: true,
    wantsRawSideEffects: false,
    retro: {
      transactionId: bill.id,
      partyId: bill.partyId,
      type: bill.type,
      client: request.client,
    },
  };
};
