import { DateTime } from "luxon";
import { type MoveExpiryInput, moveExpiryKind } from "#points";
import type { ModelCustomer } from "./model.ts";
import { DAY, type Scene, ZONE } from "./scene.ts";
import type { PointsStep } from "./spending.ts";

type NewExpiry = MoveExpiryInput["expiry"];

/** The last second of a day. */
const endOf = (day: DateTime): number => day.endOf("day").startOf("second").toMillis();

/** Until when points are to live, and when that is. */
const newExpiry = ({ chance, now }: Scene): { readonly asked: NewExpiry; readonly ends: number } => {
  const today = DateTime.fromMillis(now, { zone: ZONE });
  switch (chance.pick(["date", "never", "days", "months", "now"])) {
    case "days": {
      const days = chance.whole(0, 40);
      return { asked: { type: "FIXED_DAYS", days }, ends: endOf(today.plus({ days })) };
    }
    case "months": {
      const months = chance.whole(1, 3);
      return { asked: { type: "FIXED_MONTHS", months }, ends: endOf(today.plus({ months })) };
    }
    case "now":
      return { asked: { type: "IMMEDIATE" }, ends: now };
    case "never":
      return { asked: { type: "FIXED_DATE", at: null }, ends: Number.POSITIVE_INFINITY };
    default: {
      const at = now + chance.whole(-2, 60) * DAY;
      return { asked: { type: "FIXED_DATE", at }, ends: at };
    }
  }
};

const instant = (expires: number): number | null => (expires === Number.POSITIVE_INFINITY ? null : expires);

/** Moves the date of one of the customer's lots by hand, forwards, backwards or to this moment. */
export const moveExpiry = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep | null => {
  const { chance, world, now } = scene;
  const takesUsed = chance.oneIn(10);
  const known = [...model.lots, ...model.promised].filter(
    ({ name, left }) => name !== null && (takesUsed || left > 0),
  );
  if (known.length === 0) return null;
  const lot = chance.pick(known);
  const [eventNo, lineNo] = lot.name!.split("/").map(Number) as [number, number];
  const { asked, ends } = newExpiry(scene);
  const input: MoveExpiryInput = {
    programId: null,
    currencyId: null,
    category: null,
    award: { awardId: 0, eventId: 0, lineNo, eventNo },
    source: null,
    expiry: asked,
    reasonType: "",
    note: "simulated",
    details: null,
    timeZone: ZONE,
  };
  const parties = scene.family(partyId);
  const item = world.movement(moveExpiryKind, [scene.named(partyId)], input, `${scene.serial()}`);
  const what = `moved expiry of lot ${lot.name} to ${instant(ends)} (${asked.type})`;
  if (lot.left === 0) return { what, parties, item, expected: { refused: 3034 } };
  if (asked.type === "FIXED_DATE" && ends <= now) return { what, parties, item, expected: { refused: 3037 } };
  const [before, remaining] = [instant(lot.expires), lot.left];
  const expired = model.moveExpiry(lot, ends, now, asked.type === "IMMEDIATE");
  return { what, parties, item, expected: { reply: { before, after: instant(ends), remaining, expired } } };
};
