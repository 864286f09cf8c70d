/** Who changes something: an Actor of identity fits. */
export interface Author {
  readonly orgId: number;
  readonly name: string;
}

export const ENTITY_TYPES = ["ZONE", "CONCEPT", "STORE", "TILL", "STR_SERVER"] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/** A zone, concept, store, till or store server. Times of the day are meant in `timeZone`. */
export interface Entity {
  readonly id: number;
  readonly orgId: number;
  readonly type: EntityType;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly adminType: "GENERAL" | "ADMIN";
  readonly isActive: boolean;
  /** Zone of a store, or the zone around a zone. */
  readonly parentZoneId: number | null;
  readonly parentConceptId: number | null;
  /** Store of a till or store server. */
  readonly storeId: number | null;
  readonly storeServerId: number | null;
  /** Up to three; addressed as external id, _1 and _2. */
  readonly externalIds: readonly string[];
  /** Own IANA zone; null = the organisation's. Likewise currency (ISO 4217) and language. */
  readonly timeZone: string | null;
  readonly currency: string | null;
  readonly language: string | null;
  /** Numbers that callers of the dialect gave; kept and shown as they are. */
  readonly timeZoneId: number | null;
  readonly currencyId: number | null;
  readonly languageId: number | null;
  readonly email: string;
  readonly mobile: string;
  readonly landline: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly address: string;
  readonly cityId: number | null;
  readonly areaId: number | null;
  readonly isBillable: boolean;
  readonly customValues: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly updatedBy: string;
}

/** What a caller may say of an entity. `type` and `code` are required for a new one. */
export type EntityInput = Pick<Entity, "type" | "code" | "name"> & Partial<EntityChange>;
export type EntityChange = Partial<
  Omit<Entity, "id" | "orgId" | "type" | "createdAt" | "createdBy" | "updatedAt" | "updatedBy">
>;

export const DATA_TYPES = ["string", "integer", "double", "boolean", "date", "datetime", "enum"] as const;
export type DataType = (typeof DATA_TYPES)[number];
export const EXTENDED_SCOPES = ["CUSTOMER", "TRANSACTION", "LINEITEM"] as const;
export type ExtendedScope = (typeof EXTENDED_SCOPES)[number];
/** Documented scopes of custom fields. */
export const CUSTOM_SCOPES = [
  "LOYALTY_REGISTRATION",
  "LOYALTY_TRANSACTION",
  "LOYALTY_LINE_ITEMS",
  "CUSTOMER_FEEDBACK",
  "CUSTOMER_PREFERENCES",
  "ADVANCE_FEEDBACK",
  "CHECK_IN_FEEDBACK",
  "POINTS_REDEMPTION",
  "VOUCHER_REDEMPTION",
  "CUSTOMER_CARD",
  "ZONE_CUSTOM_FIELDS",
  "STORE_CUSTOM_FIELDS",
  "TILL_CUSTOM_FIELDS",
  "CUSTOM_FIELDS_DATA_LOG",
  "ORG_CUSTOM_FIELD",
] as const;

/** What screens of tills and apps use and the server only keeps. */
export type FieldDisplay = Readonly<Record<string, string | number | boolean>>;

export interface FieldDefinition {
  readonly id: number;
  readonly orgId: number;
  readonly kind: "extended" | "custom";
  readonly scope: string;
  readonly name: string;
  readonly label: string;
  readonly dataType: DataType;
  readonly enumValues: readonly string[];
  readonly isMandatory: boolean;
  readonly isActive: boolean;
  readonly display: FieldDisplay;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly updatedBy: string;
}

export interface FieldInput {
  readonly kind: "extended" | "custom";
  readonly scope: string;
  readonly name: string;
  readonly label?: string;
  readonly dataType: DataType;
  readonly enumValues?: readonly string[];
  readonly isMandatory?: boolean;
  readonly isActive?: boolean;
  readonly display?: FieldDisplay;
}
export type FieldChange = Partial<
  Pick<FieldInput, "label" | "enumValues" | "isMandatory" | "isActive" | "display">
>;

export interface OrganisationInput {
  /** Lower-case word, unique in the installation. */
  readonly code: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA zone in which people of the organisation read times. */
  readonly timeZone: string;
  /** Zone in which the API answers times; the organisation's own when absent. */
  readonly clusterTimeZone?: string;
  /** ISO 4217. */
  readonly currency: string;
  /** ISO 639; English when absent. */
  readonly language?: string;
  readonly phone?: string;
  readonly address?: string;
  readonly website?: string;
}
export type OrganisationChange = Partial<Omit<OrganisationInput, "code">>;

export interface OrganisationRow {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly kind: "standard";
  readonly country: string;
  readonly timeZone: string;
  readonly clusterTimeZone: string;
  readonly currency: string;
  readonly language: string;
  readonly phone: string;
  readonly address: string;
  readonly website: string;
  readonly sources: readonly string[];
  readonly isActive: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface SourceAccount {
  readonly id: number;
  readonly uuid: string;
  readonly source: string;
  readonly accountId: string;
  readonly name: string;
  readonly isActive: boolean;
}

export interface PaymentMode {
  readonly id: number;
  readonly name: string;
  /** Names of attributes that a payment of this mode may carry. */
  readonly attributes: readonly string[];
  readonly isActive: boolean;
}

/** Documented channels that may hold a profile of a customer. */
export const SOURCES = [
  "INSTORE",
  "ECOMMERCE",
  "WEBSITE",
  "MOBILE_APP",
  "WEB_ENGAGE",
  "WECHAT",
  "LINE",
  "FACEBOOK",
  "MARTJACK",
  "TMALL",
  "TAOBAO",
  "JD",
  "MAPP_SDK",
] as const;

/** Tenders of a new organisation, with the attributes the documentation names. */
export const DEFAULT_PAYMENT_MODES: readonly { name: string; attributes: readonly string[] }[] = [
  { name: "Cash", attributes: ["currency"] },
  {
    name: "Card",
    attributes: [
      "card_type",
      "number",
      "bank_name",
      "name_on_card",
      "expiry_date",
      "CardIssuerCode",
      "CardEntryMethodCode",
      "AuthorizationMethodCode",
    ],
  },
  { name: "Check", attributes: ["number", "bank_name", "branch_name"] },
  { name: "Wallet", attributes: ["wallet_Type"] },
  { name: "Bank Credit", attributes: ["BankName"] },
  { name: "Gift Card", attributes: ["brand", "number"] },
  { name: "Food Coupon", attributes: ["coupon_code", "CouponTypeCode"] },
  { name: "Netbanking", attributes: ["bank_name"] },
];
