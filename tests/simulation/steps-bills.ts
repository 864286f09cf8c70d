import { handOver } from "./model-merge.ts";
import { DAY, expiryOfBill, type Scene, type Step } from "./scene.ts";

export type BillStep = Step<() => ReturnType<Scene["world"]["bill"]>>;

interface Sent {
  readonly partyId: number;
  /** As whom the till named the customer. */
  readonly named: number;
  readonly body: object;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** Bills that may be sent again, a few of the newest. */
const sent = new WeakMap<Scene["people"], Sent[]>();

const effects = (pence: number) =>
  pence === 0
    ? []
    : [{ type: "points", rawAwardedPoints: pence / 1000, awardedPoints: pence / 1000, entityType: "USER" }];

/**
 * A bill that goes back: whole, or some of its money; refused when less is left. It may be one from before its customer was merged:
 * what is taken there is the survivor's to pay.
 */
const returnStep = (scene: Scene, partyId: number): BillStep | null => {
  const { chance, world, now } = scene;
  const parties = scene.family(partyId);
  const ownerId = chance.pick(parties);
  const model = scene.model(ownerId);
  const isOwn = ownerId === partyId;
  const names = [...model.bills.keys()];
  if (names.length === 0) return null;
  const name = names[chance.whole(Math.max(0, names.length - 6), names.length - 1)]!;
  const bill = model.bills.get(name)!;
  const left = bill.pence - bill.returned;
  const isWhole = chance.oneIn(3);
  const pence = isWhole ? left : chance.whole(1, chance.oneIn(8) ? bill.pence : Math.max(1, left));
  const named = scene.named(partyId);
  // Returns have no number of their own: their time tells two of the same apart.
  const at = now + (scene.serial() % 60_000);
  const body = {
    type: "RETURN",
    returnType: isWhole ? "FULL" : "AMOUNT",
    billNumber: name,
    purchaseTime: new Date(bill.at).toISOString(),
    billingDate: new Date(at).toISOString(),
    ...(isWhole ? {} : { billAmount: pence / 100 }),
  };
  const step = {
    what: `${isOwn ? "return" : "inherited return"} of ${isWhole ? "all" : pence} of ${name} (${left} left)`,
    parties,
    item: () => world.bill(named, body),
  };
  if (left === 0) return { ...step, expected: { refused: 633 } };
  if (isWhole && bill.returned > 0) return { ...step, expected: { refused: 639 } };
  if (pence > left) return { ...step, expected: { refused: 630 } };
  model.returnOf(name, pence);
  if (!isOwn) handOver(model, scene.model(partyId), name);
  return { ...step, expected: { reply: { errors: [] } } };
};

/** A bill of now or of weeks ago, one that was sent before, or one that goes back. */
export const billSteps = (scene: Scene): BillStep => {
  const { chance, world, now, people } = scene;
  const partyId = scene.party();
  const model = scene.model(partyId);
  const parties = scene.family(partyId);
  const returned = chance.oneIn(4) ? returnStep(scene, partyId) : null;
  if (returned !== null) return returned;
  const earlier = sent.get(people) ?? [];
  const repeated = earlier.find((bill) => parties.includes(bill.partyId));
  if (repeated !== undefined && chance.oneIn(5))
    return {
      what: "repeated bill",
      parties,
      item: () => world.bill(repeated.named, repeated.body),
      expected: { reply: repeated.reply },
    };
  const pence = chance.oneIn(12) ? 0 : chance.whole(1, 20_000);
  const isLate = chance.oneIn(8);
  const billedAt = isLate ? now - chance.whole(1, 80) * DAY : now;
  const named = scene.named(partyId);
  const number = `N${scene.serial()}`;
  const body = {
    type: "REGULAR",
    billNumber: number,
    billAmount: pence / 100,
    billingDate: new Date(billedAt).toISOString(),
  };
  if (pence > 0) {
    model.credit(pence, expiryOfBill(billedAt, now), number);
    model.bills.set(number, { pence, returned: 0, at: billedAt });
  }
  const reply = { errors: [], sideEffects: effects(pence) };
  sent.set(people, [{ partyId, named, body, reply }, ...earlier].slice(0, 200));
  return {
    what: `${isLate ? "late bill" : "bill"} of ${pence} pence`,
    parties,
    item: () => world.bill(named, body),
    expected: { reply },
  };
};
