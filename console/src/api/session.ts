import { queryOptions } from "@tanstack/react-query";
import { type ApiClient, createApiClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import type { Session } from "./types.ts";

const nobody = createApiClient(null);
const clients = new Map<number, ApiClient>();

/** The one client of an organisation; the same object each time, so that nothing renders anew. */
export const clientOf = (orgId: number): ApiClient => {
  const known = clients.get(orgId) ?? createApiClient(orgId);
  clients.set(orgId, known);
  return known;
};

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions<Session | null, ApiError>({
  queryKey: ["session"],
  queryFn: ({ signal }) =>
    nobody.get("/api/session", { signal }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }),
  staleTime: 5 * 60_000,
});

export const signIn = (email: string, password: string): Promise<Session> =>
  nobody.post("/api/session", { body: { email, password } });

export const signOut = (): Promise<void> => nobody.delete("/api/session");
