import type { Dataflows, Progress, Run } from "#dataflows";
import type { Identity } from "#identity";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import type { Clock } from "#platform";
import { type DemoSignIns, makeSignIns, readSignIns, writeSignIns } from "./credentials.ts";
import { findReplay, replay } from "./replay.ts";
import { ORGANISATION_CODE, setUpOrganisation } from "./setup.ts";

/** What the demo needs of the application. */
export interface DemoParts {
  readonly orgs: Orgs;
  readonly identity: Identity;
  readonly loyalty: Loyalty;
  readonly dataflows: Dataflows;
  readonly clock: Clock;
}

export interface DemoOptions {
  /** The data folder; `demo.json` is written there. */
  readonly directory: string;
  /** Where the console is served. */
  readonly address: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the replay after the batch under way; the next call goes on. */
  readonly signal?: AbortSignal;
}

export interface Demo {
  readonly signIns: DemoSignIns;
  /** The import that replayed the purchases. */
  readonly run: Run;
  /** There was nothing left to do but to note the address. */
  readonly wasThere: boolean;
}

/**
 * Makes sure that the demo organisation is there with its purchases: creates it on the first call, goes on where a call was
 * cut short, and only notes the address when all is done. The purchases come in through the import that any file takes.
 */
export const createDemo = async (parts: DemoParts, options: DemoOptions): Promise<Demo> => {
  const { directory, address, signal, onProgress } = options;
  const { orgs, dataflows } = parts;
  const known = (await orgs.list()).find(({ code }) => code === ORGANISATION_CODE);
  const before = known ? await findReplay(dataflows, known.id) : null;
  const kept = await readSignIns(directory);
  const isOurs = kept !== null && kept.organisation.id === known?.id;
  if (before?.status === "finished" && isOurs) {
    const signIns = { ...kept, address };
    if (kept.address !== address) await writeSignIns(directory, signIns);
    return { signIns, run: before, wasThere: true };
  }
  const organisation = await setUpOrganisation(parts, before?.options.shiftDays ?? null);
  const signIns = isOurs ? { ...kept, address } : await makeSignIns(parts.identity, organisation, address);
  await writeSignIns(directory, signIns);
  const { id: orgId, timeZone } = organisation;
  const now = parts.clock.now().getTime();
  const run = await replay(dataflows, { orgId, timeZone, now, signal, onProgress });
  return { signIns, run, wasThere: false };
};
