import { expiryOfBill, type Scene, type Step } from "./simulation.ts";

const DAY = 86_400_000;

type BillStep = Step<() => ReturnType<Scene["world"]["bill"]>>;

interface Sent {
  readonly partyId: number;
  readonly body: object;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** Bills that may be sent again, a few of the newest. */
const sent = new WeakMap<Scene["customers"], Sent[]>();

const effects = (pence: number) =>
  pence === 0
    ? []
    : [{ type: "points", rawAwardedPoints: pence / 1000, awardedPoints: pence / 1000, entityType: "USER" }];

/** A bill of now or of weeks ago, or one that was sent before. */
export const billSteps = (scene: Scene): BillStep => {
  const { chance, world, now, customers } = scene;
  const partyId = scene.party();
  const model = customers.get(partyId)!;
  const earlier = sent.get(customers) ?? [];
  const repeated = earlier.find((bill) => bill.partyId === partyId);
  if (repeated !== undefined && chance.oneIn(5))
    return {
      what: "repeat of a bill",
      parties: [partyId],
      item: () => world.bill(partyId, repeated.body),
      expected: { reply: repeated.reply },
    };
  const pence = chance.oneIn(12) ? 0 : chance.whole(1, 20_000);
  const isLate = chance.oneIn(8);
  const billedAt = isLate ? now - chance.whole(1, 80) * DAY : now;
  const body = {
    type: "REGULAR",
    billNumber: `N${scene.serial()}`,
    billAmount: pence / 100,
    billingDate: new Date(billedAt).toISOString(),
  };
  if (pence > 0) model.credit(pence, expiryOfBill(billedAt, now));
  const reply = { errors: [], sideEffects: effects(pence) };
  sent.set(customers, [{ partyId, body, reply }, ...earlier].slice(0, 200));
  return {
    what: `${isLate ? "late bill" : "bill"} of ${pence} pence`,
    parties: [partyId],
    item: () => world.bill(partyId, body),
    expected: { reply },
  };
};
