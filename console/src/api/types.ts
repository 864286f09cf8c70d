/** Shapes of /api as the server answers them. Money and points are decimals, times ISO with an offset. */
export interface List<T> {
  items: T[];
  next: string | null;
  total: number;
}

export interface Named {
  code: string;
  name: string;
}

export interface SessionOrganisation {
  id: number;
  code: string;
  name: string;
  currency: string;
  timeZone: string;
  language: string;
  country: string;
  role: Role;
  permissions: string[];
}
export interface Session {
  user: { id: number; name: string; email: string };
  organisations: SessionOrganisation[];
}

export type Role = "owner" | "admin" | "marketer" | "care_agent";
export interface User {
  id: number;
  name: string;
  email: string;
  role: Role;
  isActive: boolean;
  createdAt: string;
}
export interface Client {
  id: number;
  name: string;
  key: string;
  tillId: number;
  tillCode: string;
  ttlSeconds: number;
  permissions: string[];
  isActive: boolean;
  createdAt: string;
  secret?: string;
}
export interface TillCredentials {
  tillId: number;
  code: string;
  password: string;
}

export interface Organisation {
  id: number;
  code: string;
  name: string;
  country: string;
  timeZone: string;
  clusterTimeZone: string;
  currency: string;
  language: string;
}
export interface Setting {
  key: string;
  value: string | null;
  default: string | null;
  description: string;
  type: "flag" | "number" | "choice" | "text";
  choices?: string[];
  /** Whether the organisation has set it. */
  isOwn: boolean;
}
export type EntityType = "ZONE" | "CONCEPT" | "STORE" | "TILL" | "STR_SERVER";
export interface Entity {
  id: number;
  type: EntityType;
  code: string;
  name: string;
  description: string | null;
  isActive: boolean;
  parent: { id: number; code: string; name: string } | null;
  concept: { id: number; code: string; name: string } | null;
  childCount: number;
  externalIds: string[];
  timeZone: string | null;
  email: string;
  mobile: string;
  address: string;
  hasCredentials?: boolean;
}
export interface Field {
  id: number;
  kind: "extended" | "custom";
  scope: string;
  name: string;
  label: string;
  dataType: string;
  enumValues: string[];
  isMandatory: boolean;
  isActive: boolean;
}

export interface CustomerSummary {
  id: number;
  name: string;
  firstName: string | null;
  lastName: string | null;
  mobile: string | null;
  email: string | null;
  externalId: string | null;
  registeredAt: string;
  status: string;
}
export interface Customer {
  id: number;
  firstName: string | null;
  lastName: string | null;
  status: string;
  loyaltyType: string;
  registeredAt: string;
  registeredStore: Named | null;
  registeredTill: Named | null;
  source: string | null;
  identifiers: { source: string; accountId: string | null; type: string; value: string }[];
  channels: {
    type: string;
    value: string;
    primary: boolean;
    verified: boolean;
    subscribed: boolean | null;
  }[];
  extendedFields: Record<string, unknown>;
  customFields: Record<string, unknown>;
  updatedAt: string;
  isDemo: boolean;
}

/** A customer as written, with what was left out of the writing. */
export interface WrittenCustomer extends Customer {
  warnings: { code: number; message: string }[];
}

export interface TierName {
  number: number;
  name: string;
  color?: string | null;
}
export interface Membership {
  programId: number;
  programName: string;
  tier: TierName;
  tierSince: string | null;
  tierExpiresAt: string | null;
  nextTier: { number: number; name: string; threshold: number } | null;
  progress: { criterion: string; value: number; toNext: number | null };
  lifetimePurchases: number;
  transactionCount: number;
  visitCount: number;
  joinedAt: string | null;
}
export interface TierChange {
  programId: number;
  programName: string;
  changeNo: number;
  changedAt: string;
  from: TierName | null;
  to: TierName;
  reason: string | null;
  transactionId: number | null;
}

export interface Balance {
  programId: number;
  category: string;
  currency: string;
  balance: number;
  issued: number;
  redeemed: number;
  expired: number;
  returned: number;
  adjusted: number;
  expiringNext: { points: number; expiresAt: string } | null;
}
export interface LedgerEntry {
  lineNo: number;
  programId: number;
  programName: string;
  category: string;
  amount: number;
  balanceBefore: number;
  balanceAfter: number;
  contra: string | null;
  legs: { account: string; amount: number }[];
  opensLot: { amount: number; remaining: number; expiresAt: string | null } | null;
  usedLots: { eventNo: number; amount: number; expiresAt: string | null }[];
}
export interface LedgerEvent {
  eventNo: number;
  eventId: string | number;
  eventName: string;
  label: string;
  bookedAt: string;
  net: number;
  balanceAfter: number;
  tillCode: string | null;
  storeName: string | null;
  reference: {
    transactionId?: number;
    transactionNumber?: string;
    amount?: number;
    reason?: string;
  } | null;
  entries: LedgerEntry[];
}
export interface Lot {
  eventNo: number;
  lineNo: number;
  programName: string;
  amount: number;
  remaining: number;
  openedAt: string;
  expiresAt: string | null;
}

export interface TransactionSummary {
  id: number;
  number: string;
  type: string;
  billedAt: string;
  amount: number;
  points: number | null;
  store: Named | null;
  till: { code: string } | null;
  source?: string;
  lineCount: number;
  customerId?: number | null;
}
export interface TransactionLine {
  lineNo: number;
  itemCode: string | null;
  description: string | null;
  quantity: number | null;
  rate: number | null;
  value: number | null;
  discount: number | null;
  amount: number;
  extendedFields: Record<string, unknown>;
}
export interface WhyRule {
  name: string;
  fired: boolean;
  undetermined?: boolean;
  because: string[];
  award: { points: number; rounded: number; expiresAt: string | null } | null;
  conditions: { text: string; result: boolean | null }[];
}
export interface Why {
  program: { id: number; name: string; version: number };
  tier: { name: string };
  outcome: string;
  rules: WhyRule[];
  tierCheck: { sentence: string } | null;
}
export interface Transaction extends TransactionSummary {
  customer: { id: number; name: string } | null;
  grossAmount: number | null;
  discount: number | null;
  note: string | null;
  lines: TransactionLine[];
  paymentModes: { mode: string; value: number }[];
  extendedFields: Record<string, unknown>;
  why: Why | null;
}
export interface TimelineItem {
  at: string;
  kind: string;
  title: string;
  detail: string | null;
  amount?: number | null;
  points?: number | null;
  link?: { transactionId?: number; eventNo?: number } | null;
}
export interface SetAsideItem {
  id: number;
  kind: string;
  billNumber: string | null;
  billedAt: string | null;
  amount: number | null;
  reason: string;
}

export interface ImportRun {
  id: number;
  kind: "customers" | "transactions";
  fileName: string;
  status: "queued" | "running" | "finished" | "failed" | "cancelled";
  rowsRead: number;
  rowsImported: number;
  rowsRejected: number;
  rowsSkipped: number;
  bytesRead: number;
  bytesTotal: number;
  startedAt: string | null;
  finishedAt: string | null;
  startedBy: string | null;
  message: string | null;
  summary: Record<string, unknown>;
}
export interface ImportPreview {
  headers: string[];
  rows: string[][];
  suggestedMapping: Record<string, string>;
  suggestedDateFormat: string | null;
  targets: { field: string; label: string; required: boolean }[];
}
export interface Rejection {
  line: number;
  reason: string;
  field: string | null;
  row: unknown;
}

export interface SearchResults {
  customers: { id: number; name: string; mobile: string | null; email: string | null }[];
  transactions: {
    id: number;
    number: string;
    customerId: number | null;
    billedAt: string;
    amount: number;
  }[];
  entities: { id: number; type: EntityType; code: string; name: string }[];
}

export type Period = "today" | "7d" | "30d" | "12m";
export interface Home {
  asOf: string;
  members: {
    total: number;
    new: number;
    series: { date: string; value: number }[];
    previous?: { total?: number; new?: number } | null;
  };
  purchases: {
    count: number;
    amount: number;
    series: { date: string; count: number; amount: number }[];
    previous?: { count?: number; amount?: number } | null;
  };
  points: {
    issued: number;
    redeemed: number;
    expired: number;
    series: { date: string; issued: number; redeemed: number; expired: number }[];
    previous?: { issued?: number; redeemed?: number; expired?: number } | null;
  };
  liability: {
    points: number;
    money: number | null;
    series: { date: string; points: number }[];
    previous?: { points?: number; money?: number | null } | null;
  };
  tiers: { name: string; number: number; color: string | null; members: number }[];
  topStores: { code: string; name: string; amount: number; count: number }[];
  setAside: { count: number; amount: number };
}
