import { createHash } from "node:crypto";
import type { Customers } from "#customers";
import type { Organisation } from "#orgs";
import { AppError, type Clock, type Db, type Millipoints, type Outcome, POINTS_SCALE } from "#platform";
import {
  grantKind,
  type Moved,
  type Movement,
  movement,
  type Points,
  partyWithId,
  sumGivenByImport,
  takenKeys,
} from "#points";
import { giveWithin, type Priced, pointsGivenBy } from "./campaign-budget.ts";
import { campaignExpiry } from "./campaigns.ts";
import type { FileHead } from "./csv-source.ts";
import { errors } from "./errors.ts";
import { type GrantDefaults, type GrantRow, grantReader } from "./grant-rows.ts";
import { bindMapping, type Columns } from "./mapping.ts";
import { isOfRecord, keyOfRow } from "./records.ts";
import { createRowImporter } from "./row-importer.ts";
import type { BatchOutcome, Importer } from "./runner.ts";
import type { Counts, Rejection, Run } from "./schema.ts";

export interface PointsImporterParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "currentIds">;
  readonly points: Pick<Points, "moveAll">;
}

/** Reads the rows of a file that gives points, imported ones or those of a campaign, and sends them down the path of movements. */
export const createPointsImporter = (
  parts: PointsImporterParts,
  organisation: Organisation,
  run: Run,
  head: FileHead,
  batchRows?: number,
): Importer => {
  const columns = bindMapping(run.kind, organisation, run.mapping, head.headers);
  return createRowImporter({
    headers: columns.headers,
    read: grantReader(organisation, run, columns, defaultsOf(organisation, run)),
    write: (rows, counts, rejections) => give(parts, organisation, run, columns, rows, counts, rejections),
    ...(batchRows === undefined ? {} : { batchRows }),
  });
};

const defaultsOf = (organisation: Organisation, { options: { campaign } }: Run): GrantDefaults =>
  campaign === undefined
    ? { kind: "import", points: null, expiry: { strategyId: null }, reason: "", promotion: null, most: null }
    : {
        kind: "campaign",
        points: campaign.points === undefined ? null : thousandths(campaign.points),
        expiry: campaignExpiry(organisation, campaign),
        reason: campaign.reason,
        promotion: { id: null, name: (campaign.promotionName ?? campaign.name).trim() },
        most: campaign.mostPerCustomer === undefined ? null : thousandths(campaign.mostPerCustomer),
      };

const thousandths = (points: number): Millipoints => Math.round(points * POINTS_SCALE);

/** A row with what makes a second one a repeat: its key or its place in the file, or the customer within the campaign. */
interface Asked {
  readonly row: GrantRow;
  readonly party: GrantRow["party"];
  readonly requestKey: string;
}

const ofImport = ({ fingerprint }: Run, rows: readonly GrantRow[]): Asked[] =>
  rows.map((row) => ({
    row,
    party: row.party,
    requestKey: row.key === "" ? `points:${keyOfRow(fingerprint, row.record.line)}` : `points:key:${row.key}`,
  }));

/** One customer may be named by several identifiers: who they are is looked up before, and those nobody knows stay as named. */
const ofCampaign = async (
  { db, customers }: PointsImporterParts,
  { orgId }: Run,
  campaign: string,
  rows: readonly GrantRow[],
): Promise<Asked[]> =>
  db.transaction(orgId, async (tx) => {
    const keys = rows.flatMap(({ party }) => party.key ?? []);
    const known = await customers.resolveIdentifiers(tx, orgId, [...new Set(keys)]);
    const ids = rows.map(({ party }) => party.partyId ?? known.get(party.key ?? "") ?? 0);
    const current = await customers.currentIds(tx, orgId, [...new Set(ids)]);
    return rows.map((row, index) => {
      const partyId = current.get(ids[index]!);
      const party = partyId === undefined ? row.party : { ...partyWithId(partyId), name: row.party.name };
      return {
        row,
        party,
        requestKey: `points:campaign:${campaign.trim().toLowerCase()}:${partyId ?? row.party.name}`,
      };
    });
  });

const movementOf = (
  organisation: Organisation,
  { id: importId, options, startedBy }: Run,
  asked: Asked,
  now: Date,
): Movement => {
  const { row, party, requestKey } = asked;
  const { campaign } = options;
  const till = options.defaultTill === undefined ? null : organisation.tillByCode(options.defaultTill);
  const text = JSON.stringify([grantKind.name, party.key ?? party.partyId, row.input]);
  return movement(grantKind, {
    parties: [party],
    // Not what makes a second one the same: another run may repeat it.
    input: { ...row.input, importId, ...(campaign === undefined ? {} : { campaign: campaign.name }) },
    requestKey,
    inputHash: createHash("sha256").update(text).digest(),
    now: now.getTime(),
    tillId: till?.id ?? null,
    by: startedBy,
    userId: null,
  });
};

const give = async (
  parts: PointsImporterParts,
  organisation: Organisation,
  run: Run,
  columns: Columns,
  rows: readonly GrantRow[],
  given: Readonly<Counts>,
  refused: readonly Rejection[],
): Promise<BatchOutcome> => {
  const { campaign } = run.options;
  const asked =
    campaign === undefined ? ofImport(run, rows) : await ofCampaign(parts, run, campaign.name, rows);
  const now = parts.clock.now();
  const movements = asked.map((item) => movementOf(organisation, run, item, now));
  const move = (those: readonly Movement[]) => parts.points.moveAll(organisation.id, those);
  const outcomes =
    campaign?.budget === undefined
      ? await move(movements)
      : await moveWithin(parts, run, thousandths(campaign.budget), pricesOf(movements, rows), move);
  return tally(run, columns, rows, outcomes, given, refused);
};

const pricesOf = (movements: readonly Movement[], rows: readonly GrantRow[]): Priced[] =>
  movements.map((item, index) => {
    const { amount } = rows[index]!.input;
    return { movement: item, points: "points" in amount ? amount.points : 0 };
  });

/** Gives what the budget of the run has left, by what it gave before. */
const moveWithin = async (
  { db }: PointsImporterParts,
  { orgId, id }: Run,
  budget: Millipoints,
  rows: readonly Priced[],
  move: (movements: readonly Movement[]) => Promise<readonly Outcome<Moved>[]>,
): Promise<readonly Outcome<Moved>[]> => {
  const keys = rows.map(({ movement: { requestKey } }) => requestKey ?? "");
  const [spent, given] = await db.transaction(orgId, async (tx) => [
    await sumGivenByImport(tx, orgId, id),
    await takenKeys(tx, orgId, keys),
  ]);
  const shown = (points: Millipoints) => points / POINTS_SCALE;
  return giveWithin(rows, {
    left: budget - spent,
    given,
    move,
    usedUp: (left, points) =>
      errors.budget_used_up({ left: shown(left), budget: shown(budget), points: shown(points) }),
  });
};

const tally = (
  run: Run,
  columns: Columns,
  rows: readonly GrantRow[],
  outcomes: readonly Outcome<Moved>[],
  given: Readonly<Counts>,
  refused: readonly Rejection[],
): BatchOutcome => {
  const counts = { ...given };
  const rejections = [...refused];
  outcomes.forEach((outcome, index) => {
    if ("ok" in outcome) {
      const { repeated } = outcome.ok;
      counts[repeated ? "rowsSkipped" : "rowsImported"] += 1;
      counts[repeated ? "recordsSkipped" : "recordsImported"] += 1;
      counts.pointsGiven += pointsGivenBy(outcome);
    } else if (wasGiven(outcome.error)) {
      counts.rowsSkipped += 1;
      counts.recordsSkipped += 1;
    } else rejections.push(rejectionOf(run, columns, rows[index]!, outcome.error));
  });
  counts.rowsRejected = rejections.length;
  return { counts, rejections, asides: [] };
};

/** Whether the customer has the points already, by one who was merged into them. */
const wasGiven = (error: unknown): boolean =>
  error instanceof AppError && error.code === "points.campaign_given";

/** Fields of grants that have columns of the same name. */
const OWN_FIELDS = new Set(["points", "awardedAt", "expiresAt"]);

const rejectionOf = (
  { options: { campaign } }: Run,
  columns: Columns,
  { record, customerHeader, key }: GrantRow,
  error: unknown,
): Rejection => {
  const at = (field: string, reason: string): Rejection => ({
    line: record.line,
    field,
    reason,
    row: record.text,
  });
  if (!(error instanceof AppError)) {
    if (!isOfRecord(error)) throw error;
    return at(
      "",
      `The points could not be given, and nothing of the row was kept: ${error.message.slice(0, 200)}.`,
    );
  }
  if (error.code === "points.request_key_reused") {
    if (campaign !== undefined)
      return at(
        customerHeader,
        `The customer got points of the campaign ${campaign.name} before, on other terms.`,
      );
    const header = columns.headers[columns.index("key")] ?? "";
    const what = key === "" ? "The row" : `The key ${key.slice(0, 60)}`;
    return at(header, `${what} was imported before with other contents.`);
  }
  if (error.code === "dataflows.budget_used_up")
    return at(columns.headers[columns.index("points")] ?? "", error.message);
  const field = typeof error.details.field === "string" ? error.details.field : "";
  if (!OWN_FIELDS.has(field)) return at(customerHeader, error.message);
  const header = columns.headers[columns.index(field)] ?? "";
  return at(header, header === "" ? error.message : error.message.replace(field, header));
};
