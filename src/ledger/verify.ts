import { type Db, rawSql, sql, type Tx } from "#platform";
import { CHECKS, CHECKS_OVER_PARTIES } from "./checks.ts";

/** Something in the ledger that does not add up. */
export interface Finding {
  readonly check: string;
  readonly orgId: number;
  readonly partyId: number;
  readonly detail: string;
}

export interface Verification {
  readonly parties: number;
  readonly entries: number;
  /** Thousandths of points that parties hold, summed from the journal. */
  readonly outstanding: number;
  readonly findings: readonly Finding[];
}

const PARTIES_AT_ONCE = 5000;
const MAX_FINDINGS = 100;

/** The last of the next parties above `after`; null when there are no more. */
const lastOfRange = async (tx: Tx, after: number): Promise<number | null> => {
  const row = await tx.one<{ last: number | null }>(sql`/* ledger.next_parties */
    select max(party_id) as last from (
      select party_id from ledger.parties where party_id > ${after} order by party_id limit ${PARTIES_AT_ONCE}) p`);
  return row.last;
};

const verifyRange = async (tx: Tx, after: number, last: number): Promise<Verification> => {
  await tx.run(sql`/* ledger.verify_snapshot */ set transaction isolation level repeatable read`);
  const findings: Finding[] = [];
  for (const { name, query } of CHECKS) {
    const rows = await tx.rows<Omit<Finding, "check">>(
      rawSql(`/* ledger.verify */ ${query} limit ${MAX_FINDINGS}`, [after, last]),
    );
    findings.push(...rows.map((row) => ({ check: name, ...row })));
  }
  const totals = await tx.one<Omit<Verification, "findings">>(sql`/* ledger.verify_totals */
    select (select count(*) from ledger.parties where party_id > ${after} and party_id <= ${last}) as parties,
           count(*) as entries, coalesce(sum(amount) filter (where currency_id = 0), 0)::bigint as outstanding
      from ledger.entries where party_id > ${after} and party_id <= ${last}`);
  return { ...totals, findings };
};

const verifyOverParties = async (tx: Tx): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const { name, query } of CHECKS_OVER_PARTIES) {
    const rows = await tx.rows<Omit<Finding, "check">>(
      rawSql(`/* ledger.verify */ ${query} limit ${MAX_FINDINGS}`, []),
    );
    findings.push(...rows.map((row) => ({ check: name, ...row })));
  }
  return findings;
};

/**
 * Recomputes the whole ledger from its journal, some thousands of parties at a time so that memory stays bounded, and
 * reports whatever differs, the first hundred places. Each range is read in one snapshot, so it can run beside live
 * traffic. Ranges cover every party id there can be, so that rows whose party is missing are found as well.
 */
export const verifyLedger = async (db: Db): Promise<Verification> => {
  const findings: Finding[] = [];
  let [parties, entries, outstanding] = [0, 0, 0];
  for (let after = 0, more = true; more; ) {
    const last = await db.system((tx) => lastOfRange(tx, after));
    more = last !== null;
    const end = last ?? Number.MAX_SAFE_INTEGER;
    const found = await db.system((tx) => verifyRange(tx, after, end));
    parties += found.parties;
    entries += found.entries;
    outstanding += found.outstanding;
    findings.push(...found.findings.slice(0, MAX_FINDINGS - findings.length));
    after = end;
  }
  findings.push(...(await db.system(verifyOverParties)));
  return { parties, entries, outstanding, findings };
};
