import { currentIds } from "#customers";
import { type Ids, type Issue, issue, type NextId, type Tx } from "#platform";
import {
  linked,
  loadRedemptionsByCode,
  objectionToLink,
  type Redemption,
  type RedemptionChange,
} from "#points";
import type { Passage } from "./passage.ts";
import type { Purchase } from "./schema.ts";

/** Redemptions that bills of a batch quote, and the changes by which they are linked to those. */
export interface QuotedRedemptions {
  /** By code, changed in place as they are linked. */
  readonly byCode: Map<string, Redemption>;
  readonly links: RedemptionChange[];
  readonly nextId: NextId;
}

/** No bill quotes any. */
export const noQuoted = (): QuotedRedemptions => NONE;
const NONE: QuotedRedemptions = {
  byCode: new Map(),
  links: [],
  nextId: () => {
    throw new Error("no redemption is linked here");
  },
};

/**
 * Finds those merged into the bills' customers whose redemptions the bills quote: they are to be locked as well. Whose a code is never
 * changes, so this needs no lock; a batch that quotes none asks nothing.
 */
export const findPayers = async (tx: Tx, orgId: number, batch: readonly Passage[]): Promise<void> => {
  const quoting = batch.filter(({ outcome, purchase }) => outcome === null && codesOf(purchase).length > 0);
  if (quoting.length === 0) return;
  const codes = [...new Set(quoting.flatMap(({ purchase }) => codesOf(purchase)))];
  const owners = new Map(
    (await loadRedemptionsByCode(tx, orgId, codes)).map(({ code, partyId }) => [code, partyId]),
  );
  const current = await currentIds(tx, orgId, [...new Set(owners.values())]);
  for (const passage of quoting) {
    const ids = codesOf(passage.purchase).flatMap((code) => owners.get(code) ?? []);
    const former = ids.filter((id) => id !== passage.partyId && current.get(id) === passage.partyId);
    if (former.length > 0) passage.payerIds = [...new Set(former)];
  }
};

const codesOf = ({ pointsRedemptions = [] }: Purchase): readonly string[] => pointsRedemptions;

/** Reads the redemptions that the batch's bills quote. Needs the parties' locks; a batch that quotes none asks nothing. */
export const loadQuoted = async (
  tx: Tx,
  ids: Pick<Ids, "reserve">,
  orgId: number,
  batch: readonly Passage[],
): Promise<QuotedRedemptions> => {
  const codes = [...new Set(batch.flatMap(({ purchase }) => purchase.pointsRedemptions ?? []))];
  if (codes.length === 0) return NONE;
  const [nextId, found] = await Promise.all([
    ids.reserve("points", codes.length),
    loadRedemptionsByCode(tx, orgId, codes),
  ]);
  return { byCode: new Map(found.map((item) => [item.code, item])), links: [], nextId };
};

/**
 * Links the redemptions that a bill quotes to it; answers what it is warned of. A link that cannot be made does not keep the
 * bill from being recorded (loyalty-core.md §3.1).
 */
export const linkQuoted = (
  { purchase, partyId, transactionId, payerIds = [] }: Passage,
  { byCode, links, nextId }: QuotedRedemptions,
): readonly Issue[] => {
  const bill = { partyId, transactionId, number: purchase.number, formerIds: payerIds };
  return (purchase.pointsRedemptions ?? []).flatMap((code) => {
    const before = byCode.get(code);
    const objection = objectionToLink(code, before, bill);
    if (objection !== null || before === undefined)
      return objection === null ? [] : [issue(objection.number, objection.message)];
    const after = linked(before, bill);
    byCode.set(code, after);
    const { now: at, tillId } = purchase;
    links.push({ id: nextId(), before, after, at, by: `bill ${transactionId}`, tillId });
    return [];
  });
};
