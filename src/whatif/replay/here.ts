import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import type { Db } from "#platform";
import { errors } from "../errors.ts";
import type { Replay } from "../runner.ts";
import type { RunOrder } from "../schema.ts";
import type { ProgramAt } from "./lane.ts";
import { type ReplayOrder, replayHistory } from "./replay.ts";

export interface ReplayHereParts {
  readonly db: Db;
  readonly orgs: Orgs;
  readonly loyalty: Pick<Loyalty, "programs" | "compileTrial">;
  readonly customers: Pick<Customers, "loadProfiles">;
}

/** Replays on the thread that asks. */
export const createReplayHere =
  (parts: ReplayHereParts): Replay =>
  async (order, sink, signal) =>
    replayHistory(parts, await compiled(parts, order), sink, signal);

/** An order with its definitions compiled. */
const compiled = async (
  { orgs, loyalty }: ReplayHereParts,
  { orgId, programId, definition, comparisonVersion, from, until }: RunOrder,
): Promise<ReplayOrder> => {
  const [organisation, programs, tried] = await Promise.all([
    orgs.get(orgId),
    loyalty.programs(orgId),
    loyalty.compileTrial(orgId, programId, definition),
  ]);
  const history = programs.byId(programId);
  const compare = (version: number): ProgramAt => {
    const program = history?.version(version) ?? null;
    if (program === null) throw errors.unknown_version({ program: programId, version });
    return () => program;
  };
  return {
    organisation,
    programId,
    from: from.getTime(),
    until: until.getTime(),
    tried: () => tried,
    inForce: (at) => history?.inForce(at) ?? null,
    numbering: history?.newest ?? tried,
    other: comparisonVersion === null ? null : compare(comparisonVersion),
  };
};
