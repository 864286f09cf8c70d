import type { Actor } from "#identity";
import { askedBy, drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Movement, movement, type PartyName } from "../movement.ts";
import { partyWithId } from "../naming.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { codeKey, findCodes } from "../store.ts";
import { type CaptureInput, captureKind, type HoldInput, holdKind, releaseKind } from "./hold.ts";

/** The movements that a call about holds asks for. */

export const holdOf = (
  { clock }: PointsRouteParts,
  actor: Actor,
  party: PartyName,
  input: HoldInput,
  requestKey: string | null,
): Movement =>
  movement(holdKind, {
    ...askedBy(actor, clock.now().getTime(), "hold", requestKey, [party, input]),
    parties: [party],
    input,
  });

export const captureOf = async (
  parts: PointsRouteParts,
  actor: Actor,
  input: Omit<CaptureInput, "code">,
  requestKey: string | null,
): Promise<Movement> =>
  movement(captureKind, {
    ...askedBy(actor, parts.clock.now().getTime(), "capture", requestKey, input),
    parties: [await ownerOf(parts, actor.orgId, input.holdId)],
    input: { ...input, code: drawCode() },
  });

export const releaseOf = async (
  parts: PointsRouteParts,
  actor: Actor,
  holdId: number,
  requestKey: string | null,
): Promise<Movement> =>
  movement(releaseKind, {
    ...askedBy(actor, parts.clock.now().getTime(), "release", requestKey, { holdId }),
    parties: [await ownerOf(parts, actor.orgId, holdId)],
    input: { holdId },
  });

/** Whose points are held. Error: 70101. */
const ownerOf = async ({ db }: PointsRouteParts, orgId: number, holdId: number): Promise<PartyName> => {
  const key = codeKey(orgId, "hold", String(holdId));
  const [found] = await db.transaction(orgId, (tx) => findCodes(tx, orgId, [key]));
  if (found === undefined) throw errors.hold_unknown({ value: holdId });
  return partyWithId(found.partyId);
};
