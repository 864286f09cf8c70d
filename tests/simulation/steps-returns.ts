import { isReturned, type ModelBill, type Returned } from "./model-bills.ts";
import { handOver } from "./model-merge.ts";
import type { Scene } from "./scene.ts";
import type { BillStep } from "./steps-bills.ts";

/** What goes back of which bill, whose it is, and why it does not. */
export interface GoingBack {
  readonly ownerId: number;
  readonly name: string;
  readonly bill: ModelBill;
  readonly of: Returned;
  readonly refused: number | null;
}

const someOf = ({ chance }: Scene, { lines }: ModelBill): number[] => {
  const line = chance.whole(0, lines.length - 1);
  return chance.oneIn(4) ? lines.map((_, index) => index) : [line];
};

const chooseReturn = (scene: Scene, bill: ModelBill): Returned => {
  const { chance } = scene;
  const left = bill.pence - bill.returned;
  // Mostly as it went back before: the other ways are refused.
  const habit =
    bill.as !== null && !chance.oneIn(6) ? bill.as : chance.pick(["FULL", "LINE_ITEM", "AMOUNT"] as const);
  const as = bill.lines.length === 0 && habit === "LINE_ITEM" ? "AMOUNT" : habit;
  if (as === "FULL") return { as, pence: left, lines: bill.lines.map((_, index) => index) };
  if (as === "AMOUNT") {
    const pence = chance.oneIn(5) ? left : chance.whole(1, chance.oneIn(8) ? bill.pence : Math.max(1, left));
    return { as, pence: Math.max(1, pence), lines: [] };
  }
  const lines = someOf(scene, bill);
  return { as, lines, pence: lines.reduce((sum, line) => sum + bill.lines[line]!, 0) };
};

const refusalOf = (bill: ModelBill, { as, pence, lines }: Returned): number | null => {
  if (isReturned(bill)) return 633;
  if (bill.as !== null && as === "FULL") return 639;
  if (bill.as === "LINE_ITEM" && as === "AMOUNT") return 632;
  if (bill.as === "AMOUNT" && as === "LINE_ITEM") return 638;
  if (lines.some((line) => bill.gone.has(line))) return 626;
  return pence > bill.pence - bill.returned ? 630 : null;
};

/** One of the newest bills of the customer, or of one who was merged into the customer; null when there is none. */
export const goBack = (scene: Scene, partyId: number): GoingBack | null => {
  const { chance } = scene;
  const ownerId = chance.pick(scene.family(partyId));
  const bills = [...scene.model(ownerId).bills];
  if (bills.length === 0) return null;
  const [name, bill] = bills[chance.whole(Math.max(0, bills.length - 6), bills.length - 1)]!;
  const of = chooseReturn(scene, bill);
  return { ownerId, name, bill, of, refused: refusalOf(bill, of) };
};

/** Tells the model; what is taken of one who was merged is the survivor's to pay. */
export const tellReturn = (scene: Scene, partyId: number, { ownerId, name, of }: GoingBack): void => {
  const [owner, survivor] = [scene.model(ownerId), ownerId === partyId ? null : scene.model(partyId)];
  owner.returnOf(name, of, scene.now, survivor);
  if (survivor !== null) handOver(owner, survivor, name);
};

/** Lines as bills name them. */
export const itemOf = (line: number, pence: number) => ({
  itemCode: `I${line}`,
  qty: 1,
  rate: pence / 100,
  amount: pence / 100,
});

/** A bill that goes back: whole, by lines, or some of its money; refused when less is left. */
export const returnStep = (scene: Scene, partyId: number): BillStep | null => {
  const back = goBack(scene, partyId);
  if (back === null) return null;
  const { world } = scene;
  const { ownerId, name, bill, of, refused } = back;
  const named = scene.named(partyId);
  const body = {
    type: "RETURN",
    returnType: of.as,
    billNumber: name,
    purchaseTime: new Date(bill.at).toISOString(),
    billingDate: new Date(scene.moment()).toISOString(),
    ...(of.as === "FULL" ? {} : { billAmount: of.pence / 100 }),
    ...(of.as === "LINE_ITEM"
      ? { lineItemsV2: of.lines.map((line) => itemOf(line, bill.lines[line]!)) }
      : {}),
  };
  const step = {
    what: `${ownerId === partyId ? "return" : "inherited return"} of ${of.pence} of ${name} (${of.as})`,
    parties: scene.family(partyId),
    item: () => world.bill(named, body),
  };
  if (refused !== null) return { ...step, expected: { refused } };
  tellReturn(scene, partyId, back);
  return { ...step, expected: { reply: { errors: [] } } };
};

/** The lines of a mixed bill that take another back. */
export const mixedLines = ({ name, bill, of }: GoingBack): object[] => {
  const line = { type: "RETURN", parentBillNumber: name, purchaseTime: new Date(bill.at).toISOString() };
  if (of.as === "FULL") return [{ ...line, returnType: "FULL" }];
  if (of.as === "AMOUNT") return [{ ...line, returnType: "AMOUNT", amount: of.pence / 100 }];
  return of.lines.map((index) => ({ ...line, ...itemOf(index, bill.lines[index]!) }));
};
