import { type AppError, assert, type Instant, type Tx } from "#platform";
import { errors } from "./errors.ts";
import type { Passage } from "./path.ts";
import {
  type ClaimedNumber,
  claimNumbers,
  claimRequests,
  findNumbers,
  findReply,
  findRequests,
  type NumberClaim,
  type RequestClaim,
  takeOverNumber,
} from "./store.ts";

/** What the keys of a purchase say: it is new and ours, it was recorded before, or it may not be recorded. */
export type Finding =
  | { readonly kind: "ours" }
  | { readonly kind: "repeat"; readonly partyId: number; readonly transactionId: number }
  | { readonly kind: "refused"; readonly error: AppError };

export interface Claims {
  of(passage: Passage): Finding;
  firstReply(
    tx: Tx,
    orgId: number,
    repeat: { readonly partyId: number; readonly transactionId: number },
  ): Promise<{ reply: string; customerId: number | null }>;
}

const OURS: Finding = { kind: "ours" };
const DAY = 86_400_000;

/**
 * Claims the Idempotency-Keys and bill numbers of a batch: each is ours from here to the end of the transaction, or held
 * by an earlier purchase. A purchase with the same contents is a repeat, any other a duplicate.
 */
export const claimBills = async (
  tx: Tx,
  orgId: number,
  batch: readonly Passage[],
  now: Instant,
): Promise<Claims> => {
  const findings = new Map<Passage, Finding>();
  const open = batch.filter((passage) => passage.outcome === null);
  const keyed = open.filter((passage) => passage.purchase.requestKey !== null);
  if (keyed.length > 0) await claimKeys(tx, orgId, keyed, now, findings);
  const numbered = open.filter((passage) => passage.purchase.number !== "" && !findings.has(passage));
  if (numbered.length > 0) await claimBillNumbers(tx, orgId, numbered, findings);
  return {
    of: (passage) => findings.get(passage) ?? OURS,
    firstReply: async (sender, org, { partyId, transactionId }) => {
      const first = await findReply(sender, org, partyId, transactionId);
      assert(first !== null, `bill ${transactionId} is claimed but not recorded`);
      return first;
    },
  };
};

const claimKeys = async (
  tx: Tx,
  orgId: number,
  keyed: readonly Passage[],
  now: Instant,
  findings: Map<Passage, Finding>,
): Promise<void> => {
  const claims = keyed.map(
    ({ purchase, partyId, transactionId }): RequestClaim => ({
      key: `${orgId}:${purchase.requestKey}`,
      partyId,
      transactionId,
      inputHash: purchase.inputHash,
    }),
  );
  const ours = new Set((await claimRequests(tx, orgId, claims, now)).map((row) => row.key));
  if (ours.size === claims.length) return;
  const held = new Map(
    (
      await findRequests(
        tx,
        orgId,
        claims.map(({ key }) => key),
      )
    ).map((row) => [row.key, row]),
  );
  keyed.forEach((passage, index) => {
    const { key, inputHash } = claims[index]!;
    const first = held.get(key);
    if (ours.has(key) || first === undefined) return;
    const error = errors.request_key_reused({ key: passage.purchase.requestKey });
    findings.set(
      passage,
      first.inputHash.equals(inputHash)
        ? { kind: "repeat", partyId: first.partyId, transactionId: first.transactionId }
        : { kind: "refused", error },
    );
  });
};

const claimBillNumbers = async (
  tx: Tx,
  orgId: number,
  numbered: readonly Passage[],
  findings: Map<Passage, Finding>,
): Promise<void> => {
  const claims = numbered.map(
    ({ purchase, partyId, transactionId }): NumberClaim => ({
      key: `${orgId}:${purchase.number}`,
      scope: purchase.numberScope.scope,
      partyId,
      transactionId,
      inputHash: purchase.inputHash,
      billedAt: purchase.billedAt,
    }),
  );
  const id = (claim: { key: string; scope: string }) => `${claim.scope} ${claim.key}`;
  const ours = new Set((await claimNumbers(tx, orgId, claims)).map(id));
  if (ours.size === claims.length) return;
  const rows = await findNumbers(
    tx,
    orgId,
    claims.map(({ key }) => key),
  );
  const held = new Map(rows.map((row) => [id(row), row]));
  for (const [index, passage] of numbered.entries()) {
    const claim = claims[index]!;
    const first = held.get(id(claim));
    if (ours.has(id(claim)) || first === undefined) continue;
    const finding = judge(passage, claim, first);
    if (finding === OURS) await takeOverNumber(tx, orgId, claim, first.transactionId);
    else findings.set(passage, finding);
  }
};

const judge = ({ purchase }: Passage, claim: NumberClaim, first: ClaimedNumber): Finding => {
  if (first.inputHash.equals(claim.inputHash)) {
    return { kind: "repeat", partyId: first.partyId, transactionId: first.transactionId };
  }
  const { days } = purchase.numberScope;
  if (days !== null && claim.billedAt - first.billedAt.getTime() > days * DAY) return OURS;
  return {
    kind: "refused",
    error: errors.duplicate_number({ number: purchase.number, field: "billNumber" }),
  };
};
