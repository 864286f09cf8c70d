import { POINTS_SCALE } from "#platform";
import { say, startApp } from "./running.ts";

/** Points of any size: 1234n thousandths are "1.234". */
const pointsOf = (thousandths: bigint): string => {
  const scale = BigInt(POINTS_SCALE);
  const magnitude = thousandths < 0n ? -thousandths : thousandths;
  const fraction = String(magnitude % scale).padStart(3, "0");
  return `${thousandths < 0n ? "-" : ""}${magnitude / scale}.${fraction}`;
};

/** Recomputes the ledger and the facts that hang on it, and prints what differs. */
export const verify = async (options: { readonly data?: string; readonly json?: boolean }): Promise<void> => {
  const running = await startApp(options);
  try {
    const result = await running.app.verify();
    if (options.json) say(JSON.stringify({ ...result, outstanding: String(result.outstanding) }, null, 2));
    else {
      say(
        `${result.parties} parties, ${result.entries} ledger entries, ${pointsOf(result.outstanding)} points outstanding.`,
      );
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
