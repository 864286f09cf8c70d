import type { Answer, PathOf } from "./client.ts";
import type { operations } from "./schema.ts";

/** Names for what the server answers, as the generated description says it. */
type Item<P extends PathOf<"get">> = Answer<P> extends { items: (infer T)[] } ? T : never;

/** A page of a list. */
export interface List<T> {
  items: T[];
  next: string | null;
  total: number;
}

export type Session = Answer<"/api/session">;
export type SessionOrganisation = Session["organisations"][number];
export type User = Item<"/api/users">;
export type Role = User["role"];
export type Client = Item<"/api/clients">;
export type NewClient = Answer<"/api/clients", "post">;
export type TillCredentials = Answer<"/api/tills/{id}/credentials", "post">;

export type Organisation = Answer<"/api/organisation">;
export type Setting = Item<"/api/settings">;
export type Entity = Item<"/api/entities">;
export type EntityType = Entity["type"];
export type Field = Item<"/api/fields">;

export type CustomerSummary = Item<"/api/customers">;
export type Customer = Answer<"/api/customers/{id}">;
export type Membership = Item<"/api/customers/{id}/memberships">;
export type TrackerStanding = Item<"/api/customers/{id}/trackers">;
export type TierChange = Item<"/api/customers/{id}/tier-changes">;

export type Merge = Item<"/api/customers/{id}/merges">;
export type MergePreview = Answer<"/api/customers/{id}/merge-preview">;

export type Balance = Item<"/api/customers/{id}/balances">;
export type LedgerEvent = Item<"/api/customers/{id}/ledger">;
export type LedgerEntry = LedgerEvent["entries"][number];
export type Lot = Item<"/api/customers/{id}/lots">;

export type MovementPreview = Answer<"/api/customers/{id}/redemptions/preview", "post">;
export type Redemption = Item<"/api/customers/{id}/redemptions">;
export type Transfer = Item<"/api/customers/{id}/transfers">;
export type MailboxMessage = Item<"/api/mailbox">;
export type Hold = Item<"/api/customers/{id}/holds">;

export type TransactionSummary = Item<"/api/customers/{id}/transactions">;
export type Transaction = Answer<"/api/transactions/{id}">;
export type RejectedItem = Item<"/api/rejected">;
export type TransactionLine = Transaction["lines"][number];
export type Why = NonNullable<Transaction["why"]>;
export type WhyRule = Why["rules"][number];
export type Timeline = Answer<"/api/customers/{id}/timeline">;
export type TimelineItem = Timeline["items"][number];
export type SetAsideItem = Item<"/api/set-aside">;

export type ImportRun = Answer<"/api/imports/{id}">;
export type ImportPreview = Answer<"/api/imports/preview", "post">;
export type Rejection = Item<"/api/imports/{id}/rejections">;

export type Comparison = Answer<"/api/programs/{id}/compare">;
export type WhatIf = Answer<"/api/what-ifs/{id}">;
export type WhatIfResult = Answer<"/api/what-ifs/{id}/result">;
export type WhatIfLane = WhatIfResult["tried"];
export type WhatIfCustomer = Item<"/api/what-ifs/{id}/customers">;

export type SearchResults = Answer<"/api/search">;
export type Home = Answer<"/api/insights/home">;
export type Period = NonNullable<NonNullable<operations["getHome"]["parameters"]["query"]>["period"]>;
export type Liability = Answer<"/api/insights/liability">;
export type ExpiringLot = Item<"/api/insights/liability/lots">;

export type Webhook = Item<"/api/webhooks">;
export type WebhookArea = Answer<"/api/webhook-events">["areas"][number];
export type WebhookSecret = Item<"/api/webhooks/{id}/secrets">;
export type Delivery = Item<"/api/webhooks/{id}/deliveries">;
export type TestCall = Answer<"/api/webhooks/{id}/test", "post">;
