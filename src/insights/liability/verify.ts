import type { Organisation } from "#orgs";
import { type Db, type Finding, sql, type Tx } from "#platform";
import { addSum, changeOf, noMovements } from "../journal/rules.ts";
import type { AccountGroup, JournalSum } from "../journal/schema.ts";
import { readSums } from "../journal/service.ts";
import { takeSnapshot } from "../journal/store.ts";
import { groupsOf, isSame } from "./rules.ts";
import type { ExpirySum } from "./schema.ts";
import { lotsByMonth } from "./store.ts";

interface AccountSum extends AccountGroup {
  readonly balance: number;
  readonly issued: number;
  readonly redeemed: number;
  readonly expired: number;
  readonly returned: number;
  readonly adjusted: number;
  readonly received: number;
  readonly passedOn: number;
  readonly debt: number;
}

const accountSums = (tx: Tx, orgId: number): Promise<AccountSum[]> =>
  tx.rows<AccountSum>(sql`/* insights.account_sums */
    select program_id as "programId", currency_id as "currencyId", category, sum(balance)::float8 as balance,
           sum(issued)::float8 as issued, sum(redeemed)::float8 as redeemed, sum(expired)::float8 as expired,
           sum(returned)::float8 as returned, sum(adjusted)::float8 as adjusted, sum(received)::float8 as received,
           sum(passed_on)::float8 as "passedOn", sum(debt)::float8 as debt
      from ledger.accounts_v where org_id = ${orgId}
     group by program_id, currency_id, category`);

/** A day after every other: all sums lie before it. */
const EVER = "9999-12-31";
const CHECK = "the liability report agrees with the accounts and the open lots";

/** What differs between the report, the accounts and the lots of one account group; amounts in thousandths. */
const differences = (
  sums: readonly JournalSum[],
  lots: readonly ExpirySum[],
  account: AccountSum | undefined,
): string[] => {
  const movements = noMovements();
  for (const sum of sums) addSum(movements, sum);
  const held = changeOf(movements);
  const open = lots.reduce((sum, { remaining }) => sum + remaining, 0);
  const figures: [name: string, reported: number, kept: number][] = [
    ["outstanding", held, account?.balance ?? 0],
    ["outstanding by lots", held, open - (account?.debt ?? 0)],
    ["issued", movements.issued, account?.issued ?? 0],
    ["redeemed", movements.redeemed - movements.reversed, account?.redeemed ?? 0],
    ["expired", movements.expired, account?.expired ?? 0],
    ["returned", movements.returned, account?.returned ?? 0],
    ["adjusted", movements.adjusted + movements.opening, account?.adjusted ?? 0],
    [
      "received",
      movements.transferredIn + movements.convertedIn + movements.mergedIn,
      account?.received ?? 0,
    ],
    [
      "passed on",
      movements.transferredOut + movements.convertedOut + movements.mergedOut,
      account?.passedOn ?? 0,
    ],
  ];
  return figures
    .filter(([, reported, kept]) => reported !== kept)
    .map(([name, reported, kept]) => `${name}: reported ${reported}, kept ${kept}`);
};

/**
 * Compares the report on what is owed, as it is answered from what is kept of the journal, with the accounts and the open
 * lots: each organisation in one snapshot.
 */
export const verifyLiability = async (
  db: Db,
  organisations: readonly Pick<Organisation, "id" | "timeZone">[],
): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const organisation of organisations) {
    const { id, timeZone } = organisation;
    const [sums, lots, accounts] = await db.transaction(id, async (tx) => {
      await takeSnapshot(tx);
      return Promise.all([
        readSums(tx, organisation, EVER, "month"),
        lotsByMonth(tx, id, timeZone),
        accountSums(tx, id),
      ]);
    });
    for (const group of groupsOf([...sums, ...lots, ...accounts])) {
      const mine = <Row extends AccountGroup>(rows: readonly Row[]) =>
        rows.filter((row) => isSame(row, group));
      const where = `program ${group.programId} currency ${group.currencyId} category ${group.category}`;
      for (const difference of differences(mine(sums), mine(lots), mine(accounts)[0]))
        findings.push({ check: CHECK, orgId: id, partyId: 0, detail: `${where}: ${difference}` });
    }
  }
  return findings;
};
