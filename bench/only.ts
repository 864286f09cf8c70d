import type pg from "pg";
import { startServer } from "./children.ts";
import { type EarnParts, profileEarn, runEarn, verifyAll } from "./earn.ts";
import { measureExpiry } from "./expiry.ts";
import { measurePages } from "./ledger-pages.ts";
import { measurePoints } from "./points.ts";
import { profilePoints } from "./points-profile.ts";
import {
  expiryLine,
  printedPages,
  printedPoints,
  printedProfile,
  printedRules,
  printedStatements,
  statementsOf,
} from "./report.ts";
import { measureRules } from "./rules.ts";
import { openShop, publishRules, registerMembers } from "./shop.ts";
import type { Stage } from "./stage.ts";
import { micro, shown } from "./statistics.ts";

/** Parts of the benchmark that can be measured by themselves. */
export const SECTIONS = ["earn", "many-rules", "points", "pages", "expiry", "rules"] as const;
export type Section = (typeof SECTIONS)[number];
export const isSection = (name: string): name is Section => (SECTIONS as readonly string[]).includes(name);

/** How much is measured. */
interface Extent {
  readonly rounds: number;
  readonly earnSeconds: number;
  readonly pointsSeconds: number;
  readonly entries: number;
  readonly turns: number;
  readonly lots: number;
  readonly ruleRounds: number;
}

/** Sections that need no server and no database. */
const UNSTAGED: readonly Section[] = ["rules"];
export const needsStage = (section: Section): boolean => !UNSTAGED.includes(section);

interface OnlyOptions {
  readonly stage: Stage;
  readonly admin: pg.Client;
  readonly extent: Extent;
  readonly profile: boolean;
  readonly say: (line: string) => void;
}

const MEMBERS = 10_000;
const CLIENTS = [16, 64];

/** Measures some sections and prints them; answers what failed. */
export const measureOnly = async (
  sections: readonly Section[],
  options: OnlyOptions,
): Promise<readonly string[]> => {
  const { stage, admin } = options;
  const shop = await openShop(stage.app);
  const parts: EarnParts = { stage, shop, members: MEMBERS, expected: { bills: 0 }, admin };
  const problems: string[] = [];
  for (const section of sections) problems.push(...(await MEASURES[section](parts, options)));
  return [...problems, ...(await verifyAll(parts))];
};

const earn = async (parts: EarnParts, { stage, admin, extent, profile, say }: OnlyOptions) => {
  await registerMembers(stage.app, parts.shop, "B", MEMBERS);
  await admin.query("vacuum analyze");
  const server = await startServer(stage.environment);
  const runs = [await runEarn(parts, server, CLIENTS[0]!, 2)];
  await stage.settle();
  for (let round = 1; round <= extent.rounds; round++) {
    for (const clients of CLIENTS) {
      const run = await runEarn(parts, server, clients, extent.earnSeconds);
      say(
        `earn call, ${clients} clients: ${shown(run.perSecond)}/s; client ${micro(run.clientMicroseconds)}, server ${micro(run.serverMicroseconds)}, PostgreSQL ${micro(run.postgresMicroseconds)} each; ${shown(run.perCommit)} to a commit`,
      );
      runs.push(run);
    }
  }
  await server.stop();
  if (profile) {
    const profiled = await profileEarn(parts, CLIENTS.at(-1)!, extent.earnSeconds);
    runs.push(profiled.run);
    say(printedProfile("The server", profiled.server));
    say(printedStatements(statementsOf(profiled)));
  }
  return runs.flatMap((run) => run.problems);
};

/** Earning by fifty rules against earning by one, in turns on one server. */
const manyRules = async (parts: EarnParts, { stage, admin, extent, profile, say }: OnlyOptions) => {
  await registerMembers(stage.app, parts.shop, "B", MEMBERS);
  await admin.query("vacuum analyze");
  const server = await startServer(stage.environment);
  const clients = CLIENTS.at(-1)!;
  const runs = [await runEarn(parts, server, clients, 2)];
  for (let round = 1; round <= extent.rounds; round++) {
    for (const count of [1, 50]) {
      await publishRules(stage.app, parts.shop, count);
      await runEarn(parts, server, clients, 1);
      const run = await runEarn(parts, server, clients, extent.earnSeconds);
      say(
        `earn call, ${clients} clients, ${count} rules: ${shown(run.perSecond)}/s; server ${micro(run.serverMicroseconds)}, PostgreSQL ${micro(run.postgresMicroseconds)} each`,
      );
      runs.push(run);
    }
  }
  await server.stop();
  if (profile) {
    const profiled = await profileEarn(parts, clients, extent.earnSeconds);
    runs.push(profiled.run);
    say(printedProfile("The server, fifty rules", profiled.server));
    say(printedStatements(statementsOf(profiled)));
  }
  return runs.flatMap((run) => run.problems);
};

const points = async (parts: EarnParts, { extent, profile, say }: OnlyOptions) => {
  say(printedPoints(await measurePoints(parts, { seconds: extent.pointsSeconds, rounds: extent.rounds })));
  if (profile) {
    const profiled = await profilePoints(parts, { seconds: extent.pointsSeconds });
    say(printedProfile("Redemptions", profiled.process));
    const { statements, redemptions: done } = profiled;
    say(printedStatements({ statements, done, of: "redemption" }));
  }
  return [];
};

const pages = async (parts: EarnParts, { stage, extent, say }: OnlyOptions) => {
  const server = await startServer(stage.environment);
  const { entries, turns } = extent;
  say(printedPages(await measurePages(parts, server.port, { entries, turns })));
  await server.stop();
  return [];
};

const expiry = async (parts: EarnParts, { extent, say }: OnlyOptions) => {
  const result = await measureExpiry(parts, { lots: extent.lots });
  say(expiryLine({ expiry: result }));
  return result.problems;
};

/** Measures the rule language and prints it; answers what failed. */
export const measureRulesOnly = async ({
  extent,
  say,
}: Pick<OnlyOptions, "extent" | "say">): Promise<readonly string[]> => {
  const { results, problems } = await measureRules({ rounds: extent.ruleRounds, milliseconds: 300 });
  say(printedRules(results));
  return problems;
};

const MEASURES: Readonly<
  Record<Section, (parts: EarnParts, options: OnlyOptions) => Promise<readonly string[]>>
> = {
  earn,
  "many-rules": manyRules,
  points,
  pages,
  expiry,
  rules: (_, options) => measureRulesOnly(options),
};
