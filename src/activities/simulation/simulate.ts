import { LedgerBook, type Lot, loadAccounts } from "#ledger";
import { type CompiledProgram, currentMemberships, loadMemberships, type Trace } from "#loyalty";
import { AppError, assert, sql, type Tx } from "#platform";
import { decide } from "../decide.ts";
import { errors } from "../errors.ts";
import { usesOfLimits } from "../limits.ts";
import { noWrites, type Passage, type Snapshot } from "../passage.ts";
import { identify, type PathParts, tiersOfLateBills } from "../path.ts";
import { loadQuoted } from "../quoted-redemptions.ts";
import { noRedemptions } from "../returns/redemptions.ts";
import type { Purchase } from "../schema.ts";
import { targetsOfBatch } from "../targets.ts";
import { trackersOf } from "../trackers.ts";
import { visitsOfLateBills } from "../visits.ts";

/** What a purchase would come to if it were recorded now. */
export interface Simulation {
  readonly customerId: number | null;
  /** Thousandths of a point, all kinds together. */
  readonly points: number;
  /** Points that it would open, one lot for each award. */
  readonly lots: readonly Lot[];
  readonly trace: Trace | null;
  /** The version that would decide it; null without a program. */
  readonly program: CompiledProgram | null;
  /** The answer that it would get. */
  readonly reply: {
    readonly warnings: readonly { readonly code: number; readonly message: string }[];
    readonly sideEffects: readonly object[];
  };
}

/**
 * Decides a purchase as the one path would, on a snapshot that is only read: nothing is claimed, locked or written. Throws
 * what the path would refuse for the customer; a number that is taken is not looked at.
 */
export const simulate = async (parts: PathParts, orgId: number, purchase: Purchase): Promise<Simulation> => {
  if (purchase.returns.length > 0)
    throw errors.bad_return_line({
      field: "lineItemsV2",
      expected: "lines that are bought, without returns",
    });
  const [organisation, programs] = await Promise.all([parts.orgs.get(orgId), parts.loyalty.programs(orgId)]);
  return parts.db.transaction(orgId, async (tx) => {
    await tx.run(sql`/* activities.only_read */ set transaction read only`);
    const passage: Passage = { purchase, transactionId: 0, partyId: 0, returns: [], outcome: null };
    await identify(tx, parts, organisation, [passage]);
    throwRefusal(passage);
    const snapshot = await readSnapshot(tx, parts, organisation, programs, passage);
    const writes = noWrites();
    decide(passage, snapshot, () => 0, writes);
    throwRefusal(passage);
    const row = writes.transactions[0];
    assert(row !== undefined, "a purchase that is not refused comes to a bill");
    const trace = row.trace as Trace | null;
    return {
      customerId: row.customerId,
      points: row.points,
      lots: snapshot.book.writes().lots,
      trace,
      program: trace === null ? null : (programs.byId(trace.program)?.version(trace.version) ?? null),
      reply: JSON.parse(row.reply) as Simulation["reply"],
    };
  });
};

const throwRefusal = ({ outcome }: Passage): void => {
  if (outcome === null || !("error" in outcome)) return;
  throw outcome.error instanceof AppError ? outcome.error : new Error("the simulation failed");
};

/** Links that a simulated bill would make are nobody's: they are not written. */
const NO_IDS = { reserve: async () => () => 0 };

const readSnapshot = async (
  tx: Tx,
  parts: PathParts,
  organisation: Snapshot["organisation"],
  programs: Snapshot["programs"],
  passage: Passage,
): Promise<Snapshot> => {
  const orgId = organisation.id;
  const partyIds = passage.purchase.type === "REGULAR" ? [passage.partyId] : [];
  const [accounts, memberships, profiles] = await Promise.all([
    loadAccounts(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
    parts.customers.loadProfiles(tx, orgId, partyIds),
  ]);
  const byKey = new Map(
    currentMemberships(programs, memberships).map((item) => [`${item.partyId}/${item.programId}`, item]),
  );
  const programId = programs.default?.programId ?? null;
  const [limitUses, trackers, targets, tiers, visitDays] = await Promise.all([
    usesOfLimits(tx, orgId, programs, [passage]),
    trackersOf(tx, organisation, programs, [passage], byKey),
    targetsOfBatch(tx, parts.loyalty, organisation, [passage]),
    tiersOfLateBills(tx, orgId, [passage], programs, byKey),
    programId === null
      ? new Map<number, Set<string>>()
      : visitsOfLateBills(tx, organisation, programId, [passage], byKey),
  ]);
  const recordedAt = parts.clock.now().getTime();
  // Numbers of events do not matter here, because none is written.
  const parties = partyIds.map((partyId) => ({ partyId, eventCount: 0, lastBookedAt: new Date(0) }));
  return {
    organisation,
    programs,
    profiles: new Map(profiles.map((profile) => [profile.partyId, profile])),
    memberships: byKey,
    limitUses,
    trackers,
    trackedBills: new Map(),
    targets,
    tiersOfLateBills: tiers,
    visitDays,
    bills: new Map(),
    redemptions: noRedemptions(),
    quoted: await loadQuoted(tx, NO_IDS, orgId, [passage]),
    book: new LedgerBook(parties, accounts),
    recordedAt,
  };
};
