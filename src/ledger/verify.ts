import { checkParties, type Db, type Finding, findings, MAX_FINDINGS, sql } from "#platform";
import { CHECKS, CHECKS_OVER_PARTIES } from "./checks.ts";

export interface Verification {
  readonly parties: number;
  readonly entries: number;
  /** Thousandths of points that all parties hold, summed from the journal; together they may hold more than 2^53. */
  readonly outstanding: bigint;
  readonly findings: readonly Finding[];
}

const PARTIES_AT_ONCE = 5000;

/**
 * Recomputes the whole ledger from its journal, some thousands of parties at a time, and reports whatever differs, the first
 * hundred places. Ranges cover every party id there can be, so that rows whose party is missing are found as well.
 */
export const verifyLedger = async (db: Db): Promise<Verification> => {
  let [parties, entries, outstanding] = [0, 0, 0n];
  const ofParties = await checkParties(db, {
    checks: CHECKS,
    nextParties: "select party_id from ledger.parties where party_id > $1 order by party_id limit $2",
    partiesAtOnce: PARTIES_AT_ONCE,
    also: async (tx, after, last) => {
      const range = await tx.one<{ parties: number; entries: number; outstanding: string }>(
        sql`/* ledger.verify_totals */
        select (select count(*) from ledger.parties where party_id > ${after} and party_id <= ${last}) as parties,
               count(*) as entries, coalesce(sum(amount) filter (where currency_id = 0), 0)::text as outstanding
          from ledger.entries where party_id > ${after} and party_id <= ${last}`,
      );
      parties += range.parties;
      entries += range.entries;
      outstanding += BigInt(range.outstanding);
    },
  });
  const overParties = await db.system((tx) => findings(tx, CHECKS_OVER_PARTIES, []));
  return { parties, entries, outstanding, findings: [...ofParties, ...overParties].slice(0, MAX_FINDINGS) };
};
