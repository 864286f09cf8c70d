import type { ModelBill } from "./model-bills.ts";
import { type AnonymousBill, DAY, expiryOfBill, type Scene, type Step } from "./scene.ts";
import { goBack, itemOf, mixedLines, returnStep, tellReturn } from "./steps-returns.ts";

export type BillStep = Step<() => ReturnType<Scene["world"]["bill"]>>;

const effects = (pence: number) =>
  pence === 0
    ? []
    : [{ type: "points", rawAwardedPoints: pence / 1000, awardedPoints: pence / 1000, entityType: "USER" }];

/** A bill that nobody sent before; of two lines now and then. */
const newBill = (scene: Scene, isLate = scene.chance.oneIn(8)) => {
  const { chance, now } = scene;
  const pence = chance.oneIn(12) ? 0 : chance.whole(1, 20_000);
  const at = isLate ? now - chance.whole(1, 80) * DAY : scene.moment();
  const number = `N${scene.serial()}`;
  const first = pence > 1 && chance.oneIn(2) ? chance.whole(1, pence - 1) : null;
  const lines = first === null ? [] : [first, pence - first];
  const body = {
    type: "REGULAR",
    billNumber: number,
    billAmount: pence / 100,
    billingDate: new Date(at).toISOString(),
    ...(first === null ? {} : { lineItemsV2: lines.map((line, index) => itemOf(index, line)) }),
  };
  return { pence, isLate, at, number, lines, body };
};

/** Tells the model what a bill earned. */
const tellBill = (
  scene: Scene,
  partyId: number,
  { number, pence, at, lines }: Pick<ModelBill, "pence" | "at" | "lines"> & { readonly number: string },
): void => {
  if (pence === 0) return;
  const model = scene.model(partyId);
  model.credit(pence, expiryOfBill(at, scene.now), number);
  model.bills.set(number, { pence, at, lines, gone: new Set(), returned: 0, as: null });
};

/** A bill of now or of weeks ago. */
const billStep = (scene: Scene, partyId: number): BillStep => {
  const { world, sent } = scene;
  const bill = newBill(scene);
  const { pence, isLate, body } = bill;
  const named = scene.named(partyId);
  const reply = { errors: [], sideEffects: effects(pence) };
  tellBill(scene, partyId, bill);
  sent.unshift({ partyId, named, body, reply });
  sent.splice(200);
  return {
    what: `${isLate ? "late bill" : "bill"} of ${pence} pence`,
    parties: scene.family(partyId),
    item: () => world.bill(named, body),
    expected: { reply },
  };
};

/** One that was sent before, as it was. */
const repeatStep = (scene: Scene, partyId: number): BillStep | null => {
  const { world, sent } = scene;
  const parties = scene.family(partyId);
  const first = sent.find((bill) => parties.includes(bill.partyId));
  if (first === undefined) return null;
  const { named, body, reply } = first;
  return { what: "repeated bill", parties, item: () => world.bill(named, body), expected: { reply } };
};

/** Goods against goods: what goes back is decided before what is bought, and refused with it. */
const mixedStep = (scene: Scene, partyId: number): BillStep | null => {
  const { world } = scene;
  const back = goBack(scene, partyId);
  if (back === null) return null;
  const named = scene.named(partyId);
  const bought = newBill(scene, false);
  const { pence } = bought;
  const lines = [...(pence === 0 ? [] : [itemOf(9, pence)]), ...mixedLines(back)];
  const body = { ...bought.body, lineItemsV2: lines };
  const step = {
    what: `${back.ownerId === partyId ? "mixed bill" : "inherited mixed bill"} of ${pence} pence with ${back.of.pence} of ${back.name} (${back.of.as})`,
    parties: scene.family(partyId),
    item: () => world.bill(named, body),
  };
  if (back.refused !== null) return { ...step, expected: { refused: back.refused } };
  tellReturn(scene, partyId, back);
  tellBill(scene, partyId, { ...bought, lines: [] });
  return { ...step, expected: { reply: { errors: [], sideEffects: effects(pence) } } };
};

/** A bill of nobody's, which somebody may claim. */
const anonymousStep = (scene: Scene): BillStep => {
  const { world, anonymous } = scene;
  const { pence, at, number, body } = newBill(scene);
  const { lineItemsV2: _, ...whole } = body;
  return {
    what: `anonymous bill of ${pence} pence`,
    parties: [],
    item: () => world.bill(null, { ...whole, type: "NOT_INTERESTED" }),
    expected: { reply: { errors: [] } },
    after: ({ createdId }) => anonymous.push({ id: Number(createdId), number, pence, at, state: "open" }),
  };
};

/** A bill of nobody's becomes the customer's, as of its date; once. */
const claimStep = (scene: Scene, partyId: number): BillStep | null => {
  const { chance, world, anonymous } = scene;
  const known = anonymous.slice(-40).filter(({ state }) => state !== "asked");
  const bill: AnonymousBill | undefined = known.length === 0 ? undefined : chance.pick(known);
  if (bill === undefined) return null;
  const named = scene.named(partyId);
  const key = `claim-${scene.serial()}`;
  const step = {
    what: `claim of ${bill.number}`,
    parties: scene.family(partyId),
    item: () => world.claim(named, bill.id, key),
  };
  if (bill.state === "claimed") return { ...step, expected: { refused: 1627 } };
  bill.state = "asked";
  tellBill(scene, partyId, { ...bill, lines: [] });
  return {
    ...step,
    expected: { reply: { errors: [], sideEffects: effects(bill.pence) } },
    after: () => {
      bill.state = "claimed";
    },
  };
};

const KINDS = { billStep, repeatStep, returnStep, mixedStep, anonymousStep, claimStep } as const;

/** A bill of now or of weeks ago, one that was sent before, one that goes back or does both, one that is nobody's or claimed. */
export const billSteps = (scene: Scene): BillStep => {
  const partyId = scene.party();
  const kind = scene.chance.weighted({
    billStep: 52,
    repeatStep: 12,
    returnStep: 20,
    mixedStep: 8,
    anonymousStep: 4,
    claimStep: 4,
  });
  return KINDS[kind](scene, partyId) ?? billStep(scene, partyId);
};
