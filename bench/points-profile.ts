import { join } from "node:path";
import { createLog } from "#platform";
import { createApp } from "../src/app.ts";
import type { EarnParts } from "./earn.ts";
import { CALLERS, paceOf } from "./points.ts";
import { preparePoints } from "./points-work.ts";
import { type Profile, readProfile } from "./profile.ts";
import { createProfiler } from "./profiler.mjs";
import type { StatementTime } from "./statements.ts";

export interface PointsProfile {
  readonly process: Profile;
  /** PostgreSQL's account of its statements; null where it keeps none. */
  readonly statements: readonly StatementTime[] | null;
  /** How many redemptions that was. */
  readonly redemptions: number;
}

const MEMBERS = 4_000;
const WARM_UP_SECONDS = 2;

/** Where the time of redemptions goes, in this process and in PostgreSQL. */
export const profilePoints = async (
  parts: EarnParts,
  { seconds }: { readonly seconds: number },
): Promise<PointsProfile> => {
  const { stage } = parts;
  await stage.statements?.enable();
  // Of its own, because statements are counted on connections that are made from now on.
  const app = await createApp({
    connectionString: stage.connectionString,
    dataDirectory: stage.folder,
    log: createLog("error"),
  });
  const { redeem } = await preparePoints(parts, { members: MEMBERS, prefix: "Q", app });
  await paceOf(stage, { callers: CALLERS, seconds: WARM_UP_SECONDS }, redeem);
  const path = join(stage.folder, "points.cpuprofile");
  const profiler = createProfiler(path);
  let redemptions = 0;
  await stage.statements?.reset();
  profiler.start();
  await paceOf(stage, { callers: CALLERS, seconds }, async () => {
    await redeem();
    redemptions += 1;
  });
  profiler.stop();
  const statements = (await stage.statements?.read()) ?? null;
  await app.close();
  await stage.statements?.disable();
  return { process: await readProfile(path), statements, redemptions };
};
