import { type AppError, assert, type Instant, type Tx } from "#platform";
import { errors } from "./errors.ts";
import type { Passage } from "./passage.ts";
import { insertClaims, releaseClaims } from "./retro/store.ts";
import { isReturn, onceKeyOf } from "./schema.ts";
import {
  type ClaimedNumber,
  claimNumbers,
  claimRequests,
  findNumbers,
  findReply,
  findRequests,
  type NumberClaim,
  type RequestClaim,
  redirectRequest,
  releaseNumbers,
  releaseRequests,
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
  /** Gives back what purchases claimed that are refused after all: a number that was taken over goes to its last bill. */
  release(tx: Tx, orgId: number, refused: readonly Passage[]): Promise<void>;
}

const OURS: Finding = { kind: "ours" };
const EXPIRED: Finding = { kind: "ours" };
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
  const takenOver = new Map<Passage, ClaimedNumber>();
  const open = batch.filter((passage) => passage.outcome === null);
  const keyed = open.filter(({ purchase }) => onceKeyOf(purchase) !== null);
  if (keyed.length > 0) await claimKeys(tx, orgId, keyed, now, findings);
  const fresh = open.filter((passage) => !findings.has(passage));
  // The number of a bill that is claimed later stays with the anonymous one: a till that repeats it gets its first answer.
  const numbered = fresh.filter(({ purchase }) => purchase.ownNumber !== "" && purchase.retro === undefined);
  if (numbered.length > 0) await claimBillNumbers(tx, orgId, numbered, findings, takenOver);
  const later = fresh.filter(({ purchase }) => purchase.retro !== undefined);
  if (later.length > 0) await claimAnonymousBills(tx, orgId, later, now, findings);
  for (const passage of keyed) {
    const found = findings.get(passage);
    // The key is new but the bill is not: the key, too, leads to the first.
    if (found?.kind === "repeat") await redirectRequest(tx, orgId, keyOf(orgId, passage), found);
  }
  return {
    of: (passage) => findings.get(passage) ?? OURS,
    firstReply: async (sender, org, { partyId, transactionId }) => {
      const first = await findReply(sender, org, partyId, transactionId);
      assert(first !== null, `bill ${transactionId} is claimed but not recorded`);
      return first;
    },
    release: (sender, org, refused) => release(sender, org, refused, takenOver),
  };
};

const keyOf = (orgId: number, { purchase }: Passage): string => `${orgId}:${onceKeyOf(purchase)}`;

/** Under which party it will be kept: a return stays with its bill, also when that customer was merged into another since. */
const partyOfRecord = ({ purchase, partyId, returns }: Passage): number =>
  isReturn(purchase.type) ? (returns[0]?.partyId ?? partyId) : partyId;

const numberClaimOf = (orgId: number, { purchase, partyId, transactionId }: Passage): NumberClaim => ({
  key: `${orgId}:${purchase.ownNumber}`,
  scope: purchase.numberScope.scope,
  partyId,
  transactionId,
  inputHash: purchase.inputHash,
  billedAt: purchase.billedAt,
});

const claimKeys = async (
  tx: Tx,
  orgId: number,
  keyed: readonly Passage[],
  now: Instant,
  findings: Map<Passage, Finding>,
): Promise<void> => {
  const claims = keyed.map((passage): RequestClaim => {
    const { purchase, transactionId } = passage;
    const partyId = partyOfRecord(passage);
    return { key: keyOf(orgId, passage), partyId, transactionId, inputHash: purchase.inputHash };
  });
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
    const { requestKey, number } = passage.purchase;
    const error =
      requestKey === null
        ? errors.duplicate_return({ number })
        : errors.request_key_reused({ key: requestKey });
    findings.set(
      passage,
      first.inputHash.equals(inputHash)
        ? { kind: "repeat", partyId: first.partyId, transactionId: first.transactionId }
        : { kind: "refused", error },
    );
  });
};

const claimAnonymousBills = async (
  tx: Tx,
  orgId: number,
  passages: readonly Passage[],
  now: Instant,
  findings: Map<Passage, Finding>,
): Promise<void> => {
  const claims = passages.map(({ purchase, partyId, transactionId }) => ({
    ...purchase.retro!,
    newPartyId: partyId,
    newTransactionId: transactionId,
  }));
  const held = await insertClaims(tx, orgId, claims, now);
  const ours = new Set(held.map(({ newTransactionId }) => newTransactionId));
  for (const passage of passages) {
    if (ours.has(passage.transactionId)) continue;
    const error = errors.already_retro({ id: passage.purchase.retro!.transactionId });
    findings.set(passage, { kind: "refused", error });
  }
};

const idOf = ({ key, scope }: { readonly key: string; readonly scope: string }) => `${scope} ${key}`;

const claimBillNumbers = async (
  tx: Tx,
  orgId: number,
  numbered: readonly Passage[],
  findings: Map<Passage, Finding>,
  takenOver: Map<Passage, ClaimedNumber>,
): Promise<void> => {
  const claims = new Map(numbered.map((passage) => [passage, numberClaimOf(orgId, passage)]));
  const ours = new Set((await claimNumbers(tx, orgId, [...claims.values()])).map(idOf));
  // In the order of their keys, as everywhere, so that two batches that take numbers over cannot wait for each other.
  const contested = [...claims].filter(([, claim]) => !ours.has(idOf(claim))).sort(byKey);
  for (let open = contested; open.length > 0; ) {
    const keys = open.map(([, { key }]) => key);
    const held = new Map((await findNumbers(tx, orgId, keys)).map((row) => [idOf(row), row]));
    const lost: typeof open = [];
    for (const [passage, claim] of open) {
      const first = held.get(idOf(claim));
      assert(first !== undefined, `number ${claim.key} is neither ours nor another's`);
      const finding = judge(passage, claim, first);
      if (finding !== EXPIRED) findings.set(passage, finding);
      else if ((await takeOverNumber(tx, orgId, claim, first.transactionId)) === 1)
        takenOver.set(passage, first);
      // Somebody else took it over in between: what they recorded decides.
      else lost.push([passage, claim]);
    }
    open = lost;
  }
};

const byKey = ([, a]: readonly [Passage, NumberClaim], [, b]: readonly [Passage, NumberClaim]): number =>
  idOf(a) < idOf(b) ? -1 : 1;

const judge = ({ purchase }: Passage, claim: NumberClaim, first: ClaimedNumber): Finding => {
  if (first.inputHash.equals(claim.inputHash)) {
    return { kind: "repeat", partyId: first.partyId, transactionId: first.transactionId };
  }
  const { days } = purchase.numberScope;
  if (days !== null && claim.billedAt - first.billedAt.getTime() > days * DAY) return EXPIRED;
  return {
    kind: "refused",
    error: errors.duplicate_number({ number: purchase.ownNumber, field: "billNumber" }),
  };
};

const release = async (
  tx: Tx,
  orgId: number,
  refused: readonly Passage[],
  takenOver: ReadonlyMap<Passage, ClaimedNumber>,
): Promise<void> => {
  for (const passage of refused) {
    const last = takenOver.get(passage);
    if (last === undefined) continue;
    await takeOverNumber(tx, orgId, { ...last, billedAt: last.billedAt.getTime() }, passage.transactionId);
  }
  const transactionIds = refused.map((passage) => passage.transactionId);
  const numbers = refused.map(({ purchase }) => `${orgId}:${purchase.ownNumber}`);
  await releaseNumbers(tx, orgId, transactionIds, numbers);
  const later = refused.flatMap(({ purchase }) => purchase.retro ?? []);
  if (later.length > 0)
    await releaseClaims(
      tx,
      orgId,
      later.map(({ partyId }) => partyId),
      transactionIds,
    );
  const requests = refused.filter(({ purchase }) => onceKeyOf(purchase) !== null);
  if (requests.length === 0) return;
  await releaseRequests(
    tx,
    orgId,
    requests.map((passage) => keyOf(orgId, passage)),
    transactionIds,
  );
};
