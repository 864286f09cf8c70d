import { queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "../../api/client.ts";
import { apiQuery } from "../../api/query.ts";
import type { RuleTree } from "./tree.ts";

/** How the rules of a set run: for each line or payment there is more to name. */
export interface Place {
  readonly lines: boolean;
  readonly tenders: boolean;
  readonly trackers: boolean;
}

const keyOf = ({ lines, tenders, trackers }: Place): string => [lines, tenders, trackers].join();

const forever = { staleTime: Number.POSITIVE_INFINITY, retry: false } as const;

export const catalogueQuery = (api: ApiClient, { lines, tenders, trackers }: Place) => ({
  ...apiQuery(api, "/api/expressions/catalogue", {
    query: { lines: `${lines}`, tenders: `${tenders}`, trackers: `${trackers}` },
  }),
  staleTime: 5 * 60_000,
});

/** What the server says of a condition: its problems, and its readable layout. */
export const checkQuery = (api: ApiClient, text: string, place: Place) =>
  queryOptions({
    queryKey: [api.orgId, "expression-check", keyOf(place), text],
    queryFn: () => api.post("/api/expressions/check", { body: { text, ...place } }),
    enabled: text.trim() !== "",
    ...forever,
  });

/** The text as a tree; null where it cannot be read. */
export const treeQuery = (api: ApiClient, text: string) =>
  queryOptions({
    queryKey: [api.orgId, "expression-tree", text],
    queryFn: async () => {
      const { ok, tree } = await api.post("/api/expressions/tree", { body: { text } });
      return ok ? (tree as RuleTree) : null;
    },
    ...forever,
  });

/** Texts that the organisation knows where a text is to be written, by what stands before it. */
export const suggestionsQuery = (api: ApiClient, before: string, place: Place) =>
  queryOptions({
    queryKey: [api.orgId, "expression-texts", keyOf(place), before],
    queryFn: async () => {
      const text = `${before}"`;
      const { items } = await api.post("/api/expressions/completions", {
        body: { text, offset: text.length, ...place },
      });
      return items.filter(({ kind }) => kind === "text").map(({ label }) => label);
    },
    ...forever,
    staleTime: 60_000,
  });
