import type { Logger } from "./log.ts";

/**
 * Works for organisations one after another. What fails for one is logged and does not keep the others waiting; the first failure
 * is thrown when all have had their turn, so that whoever called knows.
 */
export const inTurn = async (
  orgIds: readonly number[],
  log: Pick<Logger, "error">,
  message: string,
  work: (orgId: number) => Promise<unknown>,
): Promise<void> => {
  const failures: unknown[] = [];
  for (const orgId of orgIds) {
    try {
      await work(orgId);
    } catch (error) {
      log.error({ err: error, organisation: orgId }, message);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};
