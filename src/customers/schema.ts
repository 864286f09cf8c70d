import type { FieldValue } from "#orgs";
import type { Issue } from "#platform";
import type { IdentifierType } from "./identifiers.ts";

export const LOYALTY_TYPES = ["loyalty", "non_loyalty"] as const;
export type LoyaltyType = (typeof LOYALTY_TYPES)[number];

export interface Identifier {
  readonly type: IdentifierType;
  /** Normalised. */
  readonly value: string;
}

export interface Channel {
  readonly type: string;
  readonly value: string;
  readonly isPrimary: boolean;
  readonly isVerified: boolean;
  /** null = never said. */
  readonly isSubscribed: boolean | null;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A channel and account that may hold a profile: `accountId` is "" for sources without accounts. */
export interface SourceAccount {
  readonly source: string;
  readonly accountId: string;
}

export interface NewProfile extends SourceAccount {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly identifiers: readonly Identifier[];
  readonly channels: readonly Channel[];
  readonly customFields: Readonly<Record<string, FieldValue>>;
}

/** A registration that was read and checked as far as one can without looking at other customers. */
export interface Registration {
  /** At least one; distinct by source and account. */
  readonly profiles: readonly NewProfile[];
  /** null = not said: a new customer is `loyalty`. */
  readonly loyaltyType: LoyaltyType | null;
  readonly extendedFields: Readonly<Record<string, FieldValue>>;
  readonly registeredAt: Date;
  /** Till that gets the registration. */
  readonly tillId: number | null;
  /** Till named in `associatedWith`. */
  readonly associatedTillId: number | null;
  readonly isDemo: boolean;
  readonly warnings: readonly Issue[];
}

export interface Registered {
  readonly partyId: number;
  /** false: a profile was added to a customer who was known in another source. */
  readonly isNew: boolean;
  readonly warnings: readonly Issue[];
}

/** Handed to the hook that opens what other domains keep for a customer. */
export interface NewCustomer {
  readonly partyId: number;
  readonly orgId: number;
  readonly registeredAt: Date;
  readonly tillId: number | null;
  readonly loyaltyType: LoyaltyType;
}

/** Handed to the hook after a change. */
export interface UpdatedCustomer {
  readonly partyId: number;
  readonly orgId: number;
  /** The customer became a loyalty customer with this change. */
  readonly joinedLoyalty: boolean;
}

/** A change of one profile and of the customer. Absent: unchanged; null: cleared. */
export interface CustomerChange {
  readonly profile: SourceAccount;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** Merged by type and value. */
  readonly channels?: readonly Channel[];
  readonly customFields?: FieldChanges;
  readonly extendedFields?: FieldChanges;
  readonly loyaltyType?: LoyaltyType;
  readonly associatedTillId?: number;
  readonly warnings: readonly Issue[];
}

export interface FieldChanges {
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly cleared: readonly string[];
}

export interface CustomerRow {
  readonly partyId: number;
  readonly loyaltyType: LoyaltyType;
  readonly status: string;
  /** The customer whom this one was merged into; null = not merged. */
  readonly mergedInto: number | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly extendedFields: Readonly<Record<string, FieldValue>>;
  readonly source: string;
  readonly accountId: string;
  readonly registeredAt: Date;
  readonly registeredTillId: number | null;
  readonly associatedTillId: number | null;
  readonly isDemo: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly updatedBy: string;
}

export interface ProfileRow extends SourceAccount {
  readonly partyId: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly customFields: Readonly<Record<string, FieldValue>>;
  readonly createdAt: Date;
  readonly createdTillId: number | null;
  readonly updatedAt: Date;
  readonly updatedTillId: number | null;
}

export interface IdentifierRow extends SourceAccount, Identifier {
  readonly partyId: number;
}

export interface ChannelRow extends SourceAccount, Channel {
  readonly partyId: number;
}

/** A customer with everything that hangs on it; profiles oldest first. */
export interface Customer {
  readonly customer: CustomerRow;
  readonly profiles: readonly ProfileRow[];
  readonly identifiers: readonly IdentifierRow[];
  readonly channels: readonly ChannelRow[];
}

/** One field of a change: from what to what. `source` is absent for what belongs to the customer as a whole. */
export interface FieldHistory {
  readonly field: string;
  readonly source?: string;
  readonly accountId?: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A row of the audit trail. */
export interface ChangeRow {
  readonly id: number;
  readonly partyId: number;
  readonly changedAt: Date;
  readonly kind:
    | "registered"
    | "profile_added"
    | "updated"
    | "identifiers_changed"
    | "merged"
    | "merge_undone";
  readonly actorKind: string;
  readonly actorName: string;
  /** Where the change came from: API, MEMBER_CARE, IMPORT. */
  readonly actorSource: string;
  readonly tillId: number | null;
  readonly changes: readonly FieldHistory[];
}

/** How a caller names a customer: an identifier type, or `id`, and its value. */
export interface CustomerReference {
  readonly name: string;
  readonly value: string;
  /** A source in which the customer must have a profile; absent, empty and ALL ask for none. */
  readonly source?: string | undefined;
  /** Account of a source that has several. */
  readonly accountId?: string | undefined;
}
