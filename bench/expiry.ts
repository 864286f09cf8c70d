import { systemActor } from "#identity";
import { publishProgram } from "#loyalty";
import { runChild } from "./children.ts";
import type { EarnParts } from "./earn.ts";

/** What the process that expires is told. */
export interface ExpiryJob {
  readonly connectionString: string;
  readonly orgId: number;
  readonly zone: string;
}

/** What it tells. */
export interface ExpiryRun {
  readonly seconds: number;
  readonly transactions: number;
  readonly longestMilliseconds: number;
  /** Highest resident memory of the process less that before it began. */
  readonly grownMegabytes: number;
}

export interface ExpiryResult extends ExpiryRun {
  readonly lots: number;
  readonly parties: number;
  readonly lotsPerSecond: number;
  readonly seedSeconds: number;
  readonly problems: readonly string[];
}

const LOTS_EACH = 5;
const ZONE = "Europe/London";
const YEAR_DAYS = 365;

/**
 * Members whose every lot has run out, one of them on each of the last five days: a backlog, which makes longer transactions
 * than a morning does. Parties and events are numbered from the last id that was taken on.
 */
const PARTIES = `
  insert into ledger.parties (party_id, org_id, kind, event_count, last_booked_at)
  select $3::bigint + p, $2::bigint, 'customer', ${LOTS_EACH + 1}, date_trunc('day', now()) - interval '${YEAR_DAYS} days'
    from generate_series(1, $1::bigint) p`;
const ACCOUNTS = `
  insert into ledger.accounts (party_id, program_id, currency_id, category, org_id, balance, issued)
  select $4::bigint + p, $3::bigint, 0, c, $2::bigint, amount, amount
    from generate_series(1, $1::bigint) p, generate_series(1, 3) c,
         lateral (select case when c = 1 then ${LOTS_EACH} * 100000 else 0 end as amount) a`;
const OPENINGS = `
  insert into ledger.entries
         (party_id, event_no, line_no, org_id, event_id, event_name, booked_at, recorded_at, program_id, currency_id, category,
          contra, amount, balance_before, balance_after, source_program_id)
  select $4::bigint + p, 1, c, $2::bigint, $5::bigint + (p - 1) * ${LOTS_EACH + 1} + 1, 'CustomerRegistration', at, at,
         $3::bigint, 0, c, 'opening', 0, 0, 0, $3::bigint
    from generate_series(1, $1::bigint) p, generate_series(1, 3) c,
         (select date_trunc('day', now()) - interval '${YEAR_DAYS + LOTS_EACH + 1} days' as at) opened`;
const CREDITS = `
  insert into ledger.entries
         (party_id, event_no, line_no, org_id, event_id, event_name, booked_at, recorded_at, program_id, currency_id, category,
          contra, amount, balance_before, balance_after, source_program_id)
  select $4::bigint + p, n + 1, 1, $2::bigint, $5::bigint + (p - 1) * ${LOTS_EACH + 1} + n + 1, 'PointsAdjustment', at, at,
         $3::bigint, 0, 1, 'issued', 100000, (n - 1) * 100000, n * 100000, $3::bigint
    from generate_series(1, $1::bigint) p, generate_series(1, ${LOTS_EACH}) n,
         lateral (select date_trunc('day', now()) - interval '1 day' * (${YEAR_DAYS + LOTS_EACH} - n) as at) credited`;
const LOTS = `
  insert into ledger.lots
         (party_id, event_no, line_no, org_id, program_id, currency_id, category, amount, remaining, opened_at, expires_at)
  select party_id, event_no, line_no, org_id, program_id, currency_id, category, amount, amount, booked_at,
         booked_at + interval '1 day' * ${YEAR_DAYS - 1} - interval '1 second'
    from ledger.entries
   where org_id = $1::bigint and amount > 0`;
const TAKE_IDS = `
  update platform.id_blocks set next_id = next_id + $2::bigint where name = $1 returning next_id - $2::bigint - 1 as last`;

const seed = async ({ admin, stage }: EarnParts, orgId: number, programId: number, parties: number) => {
  const take = async (name: string, count: number): Promise<number> => {
    // So that there is a row to take from.
    await stage.app.ids.take(name);
    return (await admin.query<{ last: number }>(TAKE_IDS, [name, count])).rows[0]!.last;
  };
  const party = await take("party", parties);
  const event = await take("event", parties * (LOTS_EACH + 1));
  await admin.query("begin");
  await admin.query(PARTIES, [parties, orgId, party]);
  await admin.query(ACCOUNTS, [parties, orgId, programId, party]);
  await admin.query(OPENINGS, [parties, orgId, programId, party, event]);
  await admin.query(CREDITS, [parties, orgId, programId, party, event]);
  await admin.query(LOTS, [orgId]);
  await admin.query("commit");
};

/** Expires `lots` lots of an organisation of its own, in a process of its own. No server may run beside it: it would take part. */
export const measureExpiry = async (
  parts: EarnParts,
  { lots }: { readonly lots: number },
): Promise<ExpiryResult> => {
  const { admin, stage } = parts;
  const { id: orgId } = await stage.app.orgs.createOrganisation({
    code: "bench-expiry",
    name: "Expiry",
    country: "GB",
    timeZone: ZONE,
    currency: "GBP",
  });
  const actor = systemActor(orgId, "bench");
  const program = await publishProgram(stage.app.loyalty, actor, { name: "Rewards", effectiveFrom: 0 });
  const parties = lots / LOTS_EACH;
  const began = Date.now();
  await seed(parts, orgId, program.id, parties);
  const seedSeconds = (Date.now() - began) / 1000;
  await admin.query("vacuum analyze ledger.parties, ledger.accounts, ledger.entries, ledger.lots");
  await stage.settle();

  const job: ExpiryJob = { connectionString: stage.connectionString, orgId, zone: ZONE };
  const args = ["--import", "./bench/preload.mjs", "--import", "tsx", "bench/expiry-job.ts"];
  const run = JSON.parse(await runChild(process.execPath, [...args, JSON.stringify(job)])) as ExpiryRun;
  const { rows } = await admin.query<{ expired: number }>(
    "select coalesce(sum(expired), 0)::bigint as expired from ledger.accounts where org_id = $1",
    [orgId],
  );
  const problems =
    rows[0]!.expired === lots * 100_000 ? [] : [`${rows[0]!.expired} thousandths of ${lots} lots expired`];
  return { ...run, lots, parties, lotsPerSecond: lots / run.seconds, seedSeconds, problems };
};
