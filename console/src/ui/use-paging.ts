import { useNavigate, useRouterState } from "@tanstack/react-router";
import type { Paging } from "./url-state.ts";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** Cursors of the pages before this one; the first page has none. */
    trail?: (string | null)[];
  }
}

/**
 * Moves through pages of cursors. The page shown lives in the address; the way back lives in the browser's history entry,
 * so a shared link opens its page, and "Back" from there leads to the first.
 */
export const usePaging = (paging: Paging) => {
  const navigate = useNavigate();
  const trail = useRouterState({ select: ({ location }) => location.state.trail }) ?? [];
  const go = (next: Paging, nextTrail: (string | null)[]) =>
    void navigate({
      to: ".",
      search: ((previous: object) => ({ ...previous, after: undefined, page: undefined, ...next })) as never,
      state: (previous) => ({ ...previous, trail: nextTrail }),
    });
  return {
    onNext: (after: string) => go({ after, page: (paging.page ?? 1) + 1 }, [...trail, paging.after ?? null]),
    onPrevious: () => {
      const before = trail.at(-1);
      const first = before === null || before === undefined;
      go(first ? {} : { after: before, page: (paging.page ?? 2) - 1 }, trail.slice(0, -1));
    },
  };
};
