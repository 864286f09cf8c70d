import type { Organisation } from "#orgs";
import type { ImportKind } from "./schema.ts";

/** A field that a column may feed. */
export interface Target {
  readonly field: string;
  readonly label: string;
  readonly required: boolean;
}

export interface KnownTarget extends Target {
  /** Header names by which it is recognised, in lower case without spaces and signs. */
  readonly names: readonly string[];
}

const target = (field: string, label: string, names: string, required = false): KnownTarget => ({
  field,
  label,
  required,
  names: [field.toLowerCase(), ...names.split(" ").filter((name) => name !== "")],
});

const IDENTIFIERS = [
  // Never suggested for a column called ID: that is mostly another system's, which is the external id.
  { field: "id", label: "Customer's id in Fealty", required: false, names: ["fealtyid", "fealtycustomerid"] },
  target(
    "externalId",
    "Customer's external id",
    "customerid custid customer customerno customernumber customercode clientid loyaltyid memberid externalcustomerid",
  ),
  target(
    "mobile",
    "Mobile number",
    "phone phoneno phonenumber mobileno mobilenumber cell cellphone telephone tel msisdn customermobile customerphone",
  ),
  target("email", "E-mail address", "emailaddress mail emailid customeremail"),
];

const PLACES = [
  target("till", "Code of the till", "tillcode tillid pos posid terminal terminalid register registerid"),
  target("store", "Code of the store", "storecode storeid shop shopcode branch branchcode outlet location"),
];

const TRANSACTION_TARGETS: readonly KnownTarget[] = [
  target(
    "number",
    "Bill number",
    "billnumber bill billno invoiceno invoicenumber invoice receiptno receiptnumber receipt transactionnumber transactionno transactionid orderno ordernumber orderid",
  ),
  target(
    "date",
    "Date and time",
    "datetime billingdate billdate invoicedate transactiondate orderdate purchasedate timestamp time",
    true,
  ),
  target(
    "type",
    "Sale or return, in words",
    "billtype transactiontype documenttype invoicetype rowtype debitcredit creditdebit drcr saleorreturn",
  ),
  ...IDENTIFIERS,
  target(
    "itemCode",
    "Item code",
    "sku stockcode productcode productid itemid article articlecode barcode ean upc",
  ),
  target("description", "Item description", "itemdescription productname itemname product item name"),
  target("quantity", "Quantity", "qty units count pieces"),
  target("rate", "Price of one piece", "unitprice price itemprice unitrate"),
  target("value", "Line value before discount", "linevalue grossvalue"),
  target("discount", "Line discount", "linediscount itemdiscount discountamount"),
  target("amount", "Line amount after discount", "lineamount linetotal netamount itemamount total"),
  target(
    "billAmount",
    "Bill amount",
    "billtotal invoiceamount invoicetotal transactionamount ordertotal orderamount grandtotal totalamount",
  ),
  target("grossAmount", "Bill amount before discount", "grosstotal billgrossamount"),
  target("billDiscount", "Bill discount", "invoicediscount totaldiscount"),
  ...PLACES,
  target("note", "Note", "notes comment comments remark remarks"),
];

const CUSTOMER_TARGETS: readonly KnownTarget[] = [
  target("firstName", "First name", "firstname forename givenname"),
  target("lastName", "Last name", "lastname surname familyname"),
  ...IDENTIFIERS.filter(({ field }) => field !== "id"),
  target(
    "registeredAt",
    "Registration date",
    "registrationdate registered registeredon joined joinedat joindate joiningdate signupdate createdat createdon enrolledat date",
  ),
  target("source", "Source", "channel registrationsource"),
  ...PLACES,
];

const POINTS = target("points", "Points", "point awardedpoints pointsbalance balance", true);

const POINTS_TARGETS: readonly KnownTarget[] = [
  ...IDENTIFIERS,
  POINTS,
  target(
    "awardedAt",
    "Awarded on",
    "awarded awardeddate awarddate awardedon earnedon earneddate issuedon date",
  ),
  target(
    "expiresAt",
    "Expires on (or never)",
    "expiry expirydate expires expireson expirationdate validuntil",
  ),
  target("category", "Category (regular or promised)", "pointscategory pointstype type"),
  target("convertsAt", "Promised until", "conversiondate converts convertson unlockdate unlockson"),
  target("reason", "Reason", "description note comment"),
  target("key", "Key (each is imported once)", "reference referenceid uniqueid rowid lotid awardid"),
];

const CAMPAIGN_TARGETS: readonly KnownTarget[] = [...IDENTIFIERS, { ...POINTS, required: false }];

/** What identifies a line: without any of these columns, every row is a whole bill. */
export const LINE_TARGETS: readonly string[] = [
  "itemCode",
  "description",
  "quantity",
  "rate",
  "value",
  "discount",
  "amount",
];

export const EXTENDED = "extendedFields.";
export const LINE_EXTENDED = "lineFields.";
export const CUSTOM = "customFields.";

/** A header as names are compared: without case, spaces and signs. */
export const plain = (header: string): string => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Fields of the organisation's own that columns may feed. */
const ownTargets = (kind: ImportKind, organisation: Organisation): KnownTarget[] => {
  const of = (prefix: string, kindName: string, fields: readonly { name: string; label: string }[]) =>
    fields.map(({ name, label }) => ({
      field: `${prefix}${name}`,
      label: `${label} (${kindName})`,
      required: false,
      names: [plain(name), plain(label)],
    }));
  if (kind === "points" || kind === "campaign") return [];
  if (kind === "customers") {
    return [
      ...of(EXTENDED, "extended field", organisation.extendedFields("CUSTOMER")),
      ...of(CUSTOM, "custom field", organisation.customFields("LOYALTY_REGISTRATION")),
    ];
  }
  return [
    ...of(EXTENDED, "extended field", organisation.extendedFields("TRANSACTION")),
    ...of(LINE_EXTENDED, "extended field of the line", organisation.extendedFields("LINEITEM")),
    ...of(CUSTOM, "custom field", organisation.customFields("LOYALTY_TRANSACTION")),
  ];
};

const TARGETS: Readonly<Record<ImportKind, readonly KnownTarget[]>> = {
  customers: CUSTOMER_TARGETS,
  transactions: TRANSACTION_TARGETS,
  points: POINTS_TARGETS,
  campaign: CAMPAIGN_TARGETS,
};

/** The fields that columns of a file of that kind may feed, with the names by which they are recognised. */
export const targetsOf = (kind: ImportKind, organisation: Organisation): readonly KnownTarget[] => [
  ...TARGETS[kind],
  ...ownTargets(kind, organisation),
];
