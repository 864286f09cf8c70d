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
  /** Makes new sign-ins where there are some whose file is not in the folder. */
  readonly renew?: boolean;
  /** Stops the replay after the batch under way; the next call goes on. */
  readonly signal?: AbortSignal;
}

export interface Demo {
  /** Null: there are some, as of a restored backup, whose file is not in the folder; they stay as they are. */
  readonly signIns: DemoSignIns | null;
  /** The import that replayed the purchases. */
  readonly run: Run;
  /** There was nothing left to do but to note the address. */
  readonly wasThere: boolean;
}

/**
 * Makes sure that the demo organisation is there with its purchases: creates it on the first call, goes on where a call was
 * cut short, and only notes the address when all is done. Sign-ins that were handed out stay valid unless `renew` asks for new ones. The purchases come in through the import that any file takes.
 */
export const createDemo = async (parts: DemoParts, options: DemoOptions): Promise<Demo> => {
  const { directory, address, signal, onProgress, renew = false } = options;
  const { orgs, dataflows } = parts;
  const known = (await orgs.list()).find(({ code }) => code === ORGANISATION_CODE);
  const before = known ? await findReplay(dataflows, known.id) : null;
  const kept = await readSignIns(directory);
  const ours = kept !== null && kept.organisation.id === known?.id ? { ...kept, address } : null;
  // They are written before the replay begins: whoever has them may be using them.
  const wereHandedOut = before !== null;
  const keepsThem = ours !== null || (wereHandedOut && !renew);
  if (before?.status === "finished" && keepsThem) {
    if (ours !== null && kept?.address !== address) await writeSignIns(directory, ours);
    return { signIns: ours, run: before, wasThere: true };
  }
  const organisation = await setUpOrganisation(parts, before?.options.shiftDays ?? null);
  const signIns = keepsThem ? ours : await makeSignIns(parts.identity, organisation, address, wereHandedOut);
  if (signIns !== null) await writeSignIns(directory, signIns);
  const { id: orgId, timeZone } = organisation;
  const now = parts.clock.now().getTime();
  const run = await replay(dataflows, { orgId, timeZone, now, signal, onProgress });
  return { signIns, run, wasThere: false };
};
