import { formatDecimal, POINTS_SCALE } from "#platform";
import { say, startApp } from "./running.ts";

/** Recomputes the ledger and the facts that hang on it, and prints what differs. */
export const verify = async (options: { readonly data?: string; readonly json?: boolean }): Promise<void> => {
  const running = await startApp(options);
  try {
    const result = await running.app.verify();
    if (options.json) say(JSON.stringify(result, null, 2));
    else {
      const points = formatDecimal(result.outstanding, POINTS_SCALE, 3);
      say(`${result.parties} parties, ${result.entries} ledger entries, ${points} points outstanding.`);
      for (const { check, orgId, partyId, detail } of result.findings) {
        say(`WRONG  ${check}: organisation ${orgId}, party ${partyId}: ${detail}`);
      }
      say(result.findings.length === 0 ? "Everything adds up." : `${result.findings.length} findings.`);
    }
    if (result.findings.length > 0) process.exitCode = 1;
  } finally {
    await running.close();
  }
};
