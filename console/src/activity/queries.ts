import { queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "../api/client.ts";
import type { ApiError } from "../api/errors.ts";
import { apiQuery } from "../api/query.ts";
import type { ImportRun, List, MailboxMessage, Rejection } from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";

export const PAGE_SIZE = 25;
/** How often a run that works is looked at. */
const LOOK_MILLISECONDS = 1000;
/** How often messages that wait are looked at. */
const MAIL_LOOK_MILLISECONDS = 5000;

export const isUnderWay = ({ status }: Pick<ImportRun, "status">): boolean =>
  status === "queued" || status === "running";

export const importsQuery = (api: ApiClient, after: string | undefined) =>
  queryOptions<List<ImportRun>, ApiError>({
    ...apiQuery(api, "/api/imports", { query: { after, limit: PAGE_SIZE } }),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? LOOK_MILLISECONDS : false),
  });

export const importQuery = (api: ApiClient, id: string | number) =>
  queryOptions<ImportRun, ApiError>({
    ...apiQuery(api, "/api/imports/{id}", { params: { id } }),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? LOOK_MILLISECONDS : false),
  });

/** Read anew whenever the run has rejected more. */
export const rejectionsQuery = (
  api: ApiClient,
  { id, rowsRejected, status }: Pick<ImportRun, "id" | "rowsRejected" | "status">,
  after: string | undefined,
) => {
  const { queryKey, ...page } = apiQuery(api, "/api/imports/{id}/rejections", {
    params: { id },
    query: { after, limit: PAGE_SIZE },
  });
  return queryOptions<List<Rejection>, ApiError>({ ...page, queryKey: [...queryKey, rowsRejected, status] });
};

export interface RejectedFilter extends Paging {
  number?: string | undefined;
  status?: string | undefined;
  reason?: string | undefined;
}

/** The call of a page of parked bills. */
export const rejectedCall = ({ number, status, reason, after }: RejectedFilter, limit = PAGE_SIZE) => ({
  query: { number, status, errorCode: reason, after, limit },
});

export const rejectedQuery = (api: ApiClient, filter: RejectedFilter) =>
  apiQuery(api, "/api/rejected", rejectedCall(filter));

/** Looks again while something is on its way. */
export const mailboxQuery = (api: ApiClient, after: string | undefined) => ({
  ...apiQuery(api, "/api/mailbox", { query: { after, limit: PAGE_SIZE } }),
  refetchInterval: ({ state }: { state: { data: { items: MailboxMessage[] } | undefined } }) =>
    state.data?.items.some(({ status }) => status === "queued") ? MAIL_LOOK_MILLISECONDS : (false as const),
});

export const setAsideQuery = (api: ApiClient, after: string | undefined) =>
  apiQuery(api, "/api/set-aside", { query: { after, limit: PAGE_SIZE } });
