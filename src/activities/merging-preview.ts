import type { MergePreview, MergeStep, StandingPreview } from "#customers";
import type { Account, AccountKey, Hold, LedgerWrites } from "#ledger";
import { type Membership, type MergedMembership, type OrgPrograms, tierNumbered } from "#loyalty";
import type { Organisation } from "#orgs";
import { formatIso, POINTS_SCALE, toDecimal } from "#platform";

/** What a merge would write, and what was there before. */
export interface PreviewParts {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly step: Pick<MergeStep, "survivorId" | "victimId" | "at">;
  readonly before: readonly Account[];
  readonly writes: Pick<LedgerWrites, "accounts" | "entries" | "lots">;
  readonly memberships: readonly MergedMembership[];
  readonly held: readonly Hold[];
}

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** Puts a merge that was decided and not written into figures and names. */
export const previewOf = (parts: PreviewParts): MergePreview => {
  const { organisation, programs, step, writes, memberships, held } = parts;
  const program = (programId: number) => programs.byId(programId)?.inForce(step.at.getTime()) ?? null;
  const nameOf = (programId: number) => program(programId)?.name ?? "";
  const standing = (row: Membership): StandingPreview => {
    const tiers = program(row.programId)?.tiers;
    return {
      tierNumber: row.tierNumber,
      tierName: tiers === undefined ? "" : tierNumbered(tiers, row.tierNumber).name,
      lifetimePurchases: toDecimal(row.lifetimePurchases, organisation.moneyScale),
      transactionCount: row.transactionCount,
      visitCount: row.visitCount,
    };
  };
  return {
    accounts: accountsOf(parts).map((row) => ({ ...row, programName: nameOf(row.programId) })),
    entries: writes.entries.map((entry) => {
      const lot = writes.lots.find(
        ({ partyId, eventNo, lineNo }) =>
          partyId === entry.partyId && eventNo === entry.eventNo && lineNo === entry.lineNo,
      );
      const expiresAt = lot?.expiresAt?.getTime() ?? null;
      return {
        customerId: entry.partyId,
        programId: entry.programId,
        programName: nameOf(entry.programId),
        currencyId: entry.currencyId,
        category: entry.category,
        amount: points(entry.amount),
        balanceAfter: points(entry.balanceAfter),
        expiresAt: expiresAt === null ? null : formatIso(expiresAt, organisation.timeZone),
        opensLot: lot !== undefined,
      };
    }),
    memberships: memberships.map(({ before, victim, after }) => ({
      programId: victim.programId,
      programName: nameOf(victim.programId),
      survivor: before === null ? null : standing(before),
      victim: standing(victim),
      after: standing(after),
    })),
    releasedHolds: points(held.reduce((sum, { amount, captured }) => sum + amount - captured, 0)),
  };
};

const idOf = ({ programId, currencyId, category }: AccountKey) => `${programId}/${currencyId}/${category}`;

/** Each account of either side: what both have and what the survivor would have. */
const accountsOf = ({ step, before, writes }: PreviewParts) => {
  const keys = new Map([...before, ...writes.accounts].map((row) => [idOf(row), row]));
  const balance = (rows: readonly Account[], partyId: number, key: AccountKey) =>
    rows.find((row) => row.partyId === partyId && idOf(row) === idOf(key))?.balance;
  return [...keys.values()]
    .sort((a, b) => a.programId - b.programId || a.currencyId - b.currencyId || a.category - b.category)
    .map((key) => {
      const own = balance(before, step.survivorId, key) ?? 0;
      return {
        programId: key.programId,
        currencyId: key.currencyId,
        category: key.category,
        survivor: points(own),
        victim: points(balance(before, step.victimId, key) ?? 0),
        after: points(balance(writes.accounts, step.survivorId, key) ?? own),
      };
    });
};
