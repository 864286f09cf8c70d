import { createHash, randomUUID } from "node:crypto";
import { parseBill } from "#activities";
import {
  captureKind,
  type HoldState,
  holdKind,
  type Movement,
  type MovementKind,
  movement,
  type Redeemed,
  redeemKind,
} from "#points";
import type { App } from "../src/app.ts";
import type { EarnParts } from "./earn.ts";
import { registerMembers } from "./shop.ts";

const LOTS_EACH = 3;

/** Pieces of work of the points engine, each without HTTP and for a member by chance where nothing else is said. */
export interface PointsWork {
  redeem(): Promise<unknown>;
  holdAndCapture(): Promise<unknown>;
  /** A bill without lines that `giveBack` may return later. */
  earn(): Promise<unknown>;
  /** A bill of always the same customer. */
  earnOfOne(): Promise<unknown>;
  /** The return of a whole bill, by its number. */
  giveBack(): Promise<unknown>;
}

const below = (limit: number): number => Math.floor(Math.random() * limit);

/** Registers members, gives them points to spend, and answers what can be done with them. */
export const preparePoints = async (
  { stage, shop, expected }: EarnParts,
  {
    members,
    prefix,
    app = stage.app,
  }: { readonly members: number; readonly prefix: string; readonly app?: App },
): Promise<PointsWork> => {
  const partyIds = await registerMembers(app, shop, prefix, members);
  const organisation = await app.orgs.get(shop.orgId);
  const parsed = (customerId: number, body: object) =>
    parseBill(body, {
      organisation,
      tillId: shop.tillId,
      customerKey: null,
      customerId,
      customerName: `id ${customerId}`,
      source: "INSTORE",
      accountId: "",
      clockNow: Date.now(),
      asOfBill: false,
      requestKey: null,
      wantsSideEffects: true,
      wantsRawSideEffects: false,
    });
  const record = async (customerId: number, body: object): Promise<void> => {
    await app.activities.record(shop.orgId, parsed(customerId, body));
    expected.bills += 1;
  };
  const buy = (customerId: number, amount: number) =>
    record(customerId, { type: "REGULAR", billNumber: randomUUID(), billAmount: amount });
  // Points to spend: some lots each.
  for (let lot = 0; lot < LOTS_EACH; lot++)
    await Promise.all(partyIds.map((partyId) => buy(partyId, 100_000)));

  const command = <Input, Extra>(kind: MovementKind<Input, Extra>, partyId: number, input: Input): Movement =>
    movement(kind, {
      parties: [{ key: null, partyId, name: `id ${partyId}` }],
      requestKey: null,
      inputHash: createHash("sha256").update("none").digest(),
      now: Date.now(),
      tillId: shop.tillId,
      by: "bench",
      userId: null,
      input,
    });
  let codes = 0;
  const about = () => ({
    billNumber: "",
    transactionId: null,
    notes: "",
    purpose: "",
    externalReference: "",
    isValidated: false,
    customFields: null,
    code: `${prefix}${(++codes).toString(36).padStart(6, "0")}`,
  });
  const member = () => partyIds[below(members)]!;
  const move = async <Reply>(item: Movement): Promise<Reply> =>
    JSON.parse((await app.points.move(shop.orgId, item)).reply) as Reply;
  const redeem = () =>
    move<Redeemed>(
      command(redeemKind, member(), { ...about(), programId: null, points: 1, billAmount: null }),
    );
  const holdAndCapture = async () => {
    const partyId = member();
    const input = {
      programId: null,
      points: 1,
      ttlSeconds: 600,
      billAmount: null,
      billNumber: "",
      notes: "",
    };
    const { holdId } = await move<HoldState>(command(holdKind, partyId, input));
    await move(command(captureKind, partyId, { ...about(), holdId, points: null, isFinal: true }));
  };

  /** Bills that were recorded and did not go back yet. */
  const returnable: { readonly partyId: number; readonly billNumber: string; readonly at: string }[] = [];
  const earnReturnable = async (): Promise<void> => {
    const bill = { partyId: member(), billNumber: randomUUID(), at: new Date().toISOString() };
    const { billNumber, at: billingDate } = bill;
    await record(bill.partyId, { type: "REGULAR", billNumber, billAmount: 10, billingDate });
    returnable.push(bill);
  };
  const giveBack = async (): Promise<void> => {
    const bill = returnable.pop();
    // A bill goes back once: what is measured after the last one would be refusals.
    if (bill === undefined) throw new Error("there are no more bills to return");
    const { partyId, billNumber, at: purchaseTime } = bill;
    await record(partyId, { type: "RETURN", returnType: "FULL", billNumber, purchaseTime });
  };

  return {
    redeem,
    holdAndCapture,
    earn: earnReturnable,
    earnOfOne: () => buy(partyIds[0]!, 10),
    giveBack,
  };
};
