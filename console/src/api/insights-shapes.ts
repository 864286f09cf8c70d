/**
 * Paths of insights and search in the form of schema.ts. They stand here until the generated description names them; then
 * this file and its mention in client.ts can go.
 */
export interface SearchResults {
  customers: { id: number; name: string; mobile: string | null; email: string | null }[];
  transactions: {
    id: number;
    number: string;
    customerId: number | null;
    billedAt: string;
    amount: number;
  }[];
  entities: { id: number; type: string; code: string; name: string }[];
}

export type Period = "today" | "7d" | "30d" | "12m";
export interface Home {
  asOf: string;
  members: {
    total: number;
    new: number;
    series: { date: string; value: number }[];
    previous: { total: number; new: number };
  };
  purchases: {
    count: number;
    amount: number;
    series: { date: string; count: number; amount: number }[];
    previous: { count: number; amount: number };
  };
  points: {
    issued: number;
    redeemed: number;
    expired: number;
    series: { date: string; issued: number; redeemed: number; expired: number }[];
    previous: { issued: number; redeemed: number; expired: number };
  };
  liability: {
    points: number;
    money: number | null;
    series: { date: string; points: number }[];
    previous: { points: number; money: number | null };
  };
  tiers: { name: string; number: number; color: string; members: number }[];
  topStores: { code: string; name: string; amount: number; count: number }[];
  setAside: { count: number; amount: number };
}

interface Read<Query, Answer> {
  parameters: { query?: Query };
  responses: { 200: { content: { "application/json": Answer } } };
}

export interface InsightsPaths {
  "/api/insights/home": { get: Read<{ period?: Period }, Home>; put?: never; post?: never; delete?: never };
  "/api/search": { get: Read<{ q: string }, SearchResults>; put?: never; post?: never; delete?: never };
}
