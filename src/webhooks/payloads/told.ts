import type { TakenEvent } from "../intake.ts";
import type { Facts } from "./facts.ts";

/** An event in documented words, before it has an id of its own. */
export interface Told {
  readonly name: string;
  /** What follows the organisation's id in `refId`. */
  readonly reference: string | null;
  readonly eventLogId?: number | null;
  readonly loyaltyEventId?: string | null;
  readonly data: object;
  /** When it was recorded, where the event's own time is that of the business. */
  readonly at?: Date;
  /** Over all programs, for webhooks that ask for it: pointsIssued and pointsRedeemed. */
  readonly availableBalance?: number;
}

/** Tells an event of the outbox in documented words: in several, in one, or not at all. Pure. */
export type Teller = (event: TakenEvent, facts: Facts) => readonly Told[];

/** As the log of evaluations names what the program made of a bill. */
export const evaluationOf = (partyId: number, eventNo: number | null): string | null =>
  eventNo === null ? null : `${partyId}/${eventNo}`;
