import type { Trace } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledTracker } from "../programs/trackers.ts";

/** One evaluation of a tracker. */
export interface TrackedPart {
  readonly tracker: CompiledTracker;
  /** The line of the bill, from 1; 0: the bill as a whole. */
  readonly line: number;
  /** In the tracker's exact units. */
  readonly value: number;
}

/** What a bill added to trackers, and under which day and tier change it is kept. */
export interface TrackedBill {
  readonly programId: number;
  readonly day: string;
  readonly changeNo: number;
  readonly parts: readonly TrackedPart[];
}

/** What a decision tracked; null where it tracked nothing. `program` must be the version that the trace names. */
export const trackedBy = (
  { tracked, rules }: Trace,
  { programId, trackers }: Pick<CompiledProgram, "programId" | "trackers">,
): TrackedBill | null => {
  if (tracked === undefined) return null;
  const [day, changeNo] = tracked;
  const parts = rules.flatMap(({ a = [], u = 0 }) =>
    a.flatMap((action): TrackedPart[] => {
      const tracker = "t" in action ? trackers[action.t] : undefined;
      if (!("t" in action) || tracker === undefined) return [];
      // A visit is one, however often it was evaluated.
      if (tracker.entity === "CUSTOMER_VISITS" && action.v === 0) return [];
      return [{ tracker, line: u, value: action.v }];
    }),
  );
  return { programId, day, changeNo, parts };
};
