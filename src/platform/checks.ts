import type { Db, Tx } from "./db.ts";
import { rawSql, sql } from "./sql.ts";

/** Something in the database that does not fit. */
export interface Finding {
  readonly check: string;
  readonly orgId: number;
  /** 0: of no party. */
  readonly partyId: number;
  readonly detail: string;
}

/** What must hold: the query answers where it does not, as `orgId`, `partyId` and `detail`. */
export interface Check {
  readonly name: string;
  /** Over parties: those above `$1` up to `$2`. */
  readonly query: string;
}

export interface PartyChecks {
  readonly checks: readonly Check[];
  /** A subquery for the ids of parties above `$1`, in order, at most `$2`. */
  readonly nextParties: string;
  readonly partiesAtOnce: number;
  /** More to read in the snapshot of each range. */
  readonly also?: (tx: Tx, after: number, last: number) => Promise<void>;
}

export const MAX_FINDINGS = 100;

/** Runs checks; answers at most a hundred findings of each. */
export const findings = async (
  tx: Tx,
  checks: readonly Check[],
  range: readonly number[],
): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const { name, query } of checks) {
    // Apart: told of the limit, the planner counts on finding a hundred soon, and nearly always there are none.
    const statement = rawSql(
      `/* platform.verify */ with found as materialized (${query}) select * from found limit ${MAX_FINDINGS}`,
      [...range],
    );
    const rows = await tx.rows<Omit<Finding, "check">>(statement);
    found.push(...rows.map((row) => ({ check: name, ...row })));
  }
  return found;
};

/**
 * Runs checks over all parties, some thousands at a time so that memory stays bounded, and answers the first hundred findings.
 * Each range is read in one snapshot, so it can run beside live traffic. The last range is open: what names a party that is not
 * there is found as well.
 */
export const checkParties = async (db: Db, of: PartyChecks): Promise<readonly Finding[]> => {
  const found: Finding[] = [];
  for (let after = 0, isLast = false; !isLast; ) {
    const from = after;
    const next = await db.system((tx) =>
      tx.one<{ last: number | null; count: number }>(
        rawSql(
          `/* platform.next_parties */ select max(party_id) as last, count(*) as count from (${of.nextParties}) p`,
          [from, of.partiesAtOnce],
        ),
      ),
    );
    isLast = next.last === null || next.count < of.partiesAtOnce;
    const last = isLast ? Number.MAX_SAFE_INTEGER : (next.last as number);
    await db.system(async (tx) => {
      await tx.run(sql`/* platform.verify_snapshot */ set transaction isolation level repeatable read`);
      found.push(...(await findings(tx, of.checks, [from, last])));
      await of.also?.(tx, from, last);
    });
    after = last;
  }
  return found.slice(0, MAX_FINDINGS);
};
