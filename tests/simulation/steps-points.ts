import { deductKind, type GrantInput, grantKind, redeemKind, reverseKind, transferKind } from "#points";
import type { ModelCustomer } from "./model.ts";
import { handOver } from "./model-merge.ts";
import { DAY, HOUR, type Scene } from "./scene.ts";
import { ABOUT, amountAround, codeOf, type PointsStep, recent } from "./spending.ts";
import { moveExpiry } from "./steps-expiry.ts";
import { capture, hold, release } from "./steps-holds.ts";

const redeem = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep => {
  const { chance, world, now } = scene;
  const parties = scene.family(partyId);
  const available = model.available(now);
  const points = amountAround(scene, available);
  const code = codeOf(scene.serial());
  const billNumber = chance.oneIn(3) ? (newestBill(model) ?? "") : "";
  const item = world.movement(
    redeemKind,
    [scene.named(partyId)],
    { ...ABOUT, billNumber, programId: null, points, code, billAmount: null },
    code,
  );
  const what = `redeem ${points} of ${available}`;
  if (points > available) return { what, parties, item, expected: { refused: 818 } };
  model.redeem(code, points, billNumber === "" ? null : billNumber);
  return {
    what,
    parties,
    item,
    expected: { reply: { code, points, balance: model.balance } },
    after: () => model.tell(code),
  };
};

/** The bill that points may pay. */
const newestBill = ({ bills }: ModelCustomer): string | undefined => [...bills.keys()].at(-1);

/** Takes back a redemption of the customer's own, or of one who was merged into the customer: what comes back there follows. */
const reverse = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep | null => {
  const { chance, world, now } = scene;
  const parties = scene.family(partyId);
  const ownerId = chance.pick(parties);
  const owner = scene.model(ownerId);
  const codes = [...owner.redemptions].flatMap(([code, { isTold }]) => (isTold ? [code] : []));
  if (codes.length === 0) return null;
  const redemptionCode = recent(scene, codes);
  const redemption = owner.redemptions.get(redemptionCode)!;
  const left = redemption.points - redemption.reversed;
  const points = chance.oneIn(3) ? null : chance.whole(1, redemption.points);
  const code = codeOf(scene.serial());
  const item = world.movement(reverseKind, [scene.named(partyId)], { redemptionCode, points, code }, code);
  const isOwn = ownerId === partyId;
  const what = `${isOwn ? "reverse" : "inherited reverse"} ${points ?? "all"} of ${redemptionCode} of ${ownerId}`;
  if (left === 0) return { what, parties, item, expected: { refused: 3802 } };
  const asked = points ?? left;
  if (asked > left) return { what, parties, item, expected: { refused: 903 } };
  const expired = owner.reverse(redemption, asked, now, isOwn ? null : model);
  if (!isOwn) handOver(owner, model);
  const reply = { asked, returned: asked - expired, expired, balance: model.balance };
  return { what, parties, item, expected: { reply } };
};

const transfer = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep => {
  const { chance, world, now } = scene;
  const to = scene.party();
  const most = model.transferable(now);
  const points = amountAround(scene, most);
  const parties = [...scene.family(partyId), ...scene.family(to)];
  // Transfers name customers as they are: who was merged is told so.
  const named = [partyId, to].map((id) => (chance.oneIn(6) ? scene.named(id) : id));
  const item = world.movement(
    transferKind,
    named,
    { programId: null, points, notes: "" },
    `${scene.serial()}`,
  );
  const what = `transfer ${points} of ${most} from ${partyId} to ${to}`;
  if (named[0] === named[1]) return { what, parties, item, expected: { refused: 418 } };
  if (named[0] !== partyId || named[1] !== to) return { what, parties, item, expected: { refused: 419 } };
  if (points > most) return { what, parties, item, expected: { refused: 818 } };
  const living = model.lots.filter(({ expires }) => expires > now);
  const credits = new Map<number, number>();
  for (const { lot, part } of model.take(points, "transfer", model.nextEvent(), living))
    credits.set(lot.expires, (credits.get(lot.expires) ?? 0) + part);
  const recipient = scene.model(to);
  const event = recipient.nextEvent();
  for (const [expires, part] of credits) recipient.credit(part, expires, null, event);
  return { what, parties, item, expected: { reply: { points, balance: model.balance } } };
};

/** Points by hand: promised ones where they convert, never expiring where no last moment is given. */
export const grantOf = ({
  points,
  at = null,
  convertsAt = null,
}: {
  readonly points: number;
  readonly at?: number | null;
  readonly convertsAt?: number | null;
}): GrantInput => ({
  kind: "issue",
  programId: null,
  currencyId: 0,
  category: convertsAt === null ? 1 : 2,
  amount: { points },
  expiry: { at },
  convertsAt,
  awardedAt: null,
  reason: "",
  comments: "",
  bill: null,
  promotion: null,
});

const grant = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep => {
  const parties = scene.family(partyId);
  const { chance, world, now } = scene;
  const points = chance.whole(1, 30_000);
  const isPromised = chance.oneIn(2);
  const convertsAt = isPromised ? now + chance.whole(1, 10 * 24) * HOUR : null;
  const at = chance.oneIn(10) ? null : now + chance.whole(20, 60) * DAY;
  const input = grantOf({ points, at, convertsAt });
  const item = world.movement(grantKind, [scene.named(partyId)], input, `${scene.serial()}`);
  const expires = at ?? Number.POSITIVE_INFINITY;
  const what = `grant ${points}${isPromised ? " promised" : ""}`;
  if (convertsAt === null) model.credit(points, expires);
  else model.promise(points, expires, convertsAt);
  const balance = isPromised ? model.promised.reduce((sum, { left }) => sum + left, 0) : model.balance;
  return { what, parties, item, expected: { reply: { points, balance } } };
};

const deduct = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep => {
  const parties = scene.family(partyId);
  const { world, now } = scene;
  const most = Math.max(0, model.available(now));
  const points = amountAround(scene, most);
  const input = {
    programId: null,
    currencyId: 0,
    category: 1 as const,
    points,
    target: null,
    reason: "simulated",
    comments: "",
  };
  const item = world.movement(deductKind, [scene.named(partyId)], input, `${scene.serial()}`);
  const what = `deduct ${points} of ${most}`;
  if (points > most) return { what, parties, item, expected: { refused: 8907 } };
  model.take(points, "adjusted");
  return { what, parties, item, expected: { reply: { points, balance: model.balance } } };
};

/** A movement that was answered is sent again, as after a lost answer. */
const repeat = ({ chance, answered }: Scene): PointsStep | null => {
  if (answered.length === 0) return null;
  const { parties, item, reply } = chance.pick(answered);
  return { what: `repeated movement of ${item.requestKey}`, parties, item, expected: { reply } };
};

const KINDS = {
  redeem,
  reverse,
  hold,
  capture,
  release,
  transfer,
  grant,
  deduct,
  moveExpiry,
  repeat,
} as const;

/** Something that moves points besides a bill. */
export const pointsSteps = (scene: Scene): PointsStep => {
  const partyId = scene.party();
  const model = scene.model(partyId);
  const kind = scene.chance.weighted({
    redeem: 30,
    reverse: 22,
    hold: 12,
    capture: 10,
    release: 6,
    transfer: 10,
    grant: 6,
    deduct: 4,
    moveExpiry: 8,
    repeat: 6,
  });
  return KINDS[kind](scene, partyId, model) ?? redeem(scene, partyId, model);
};
