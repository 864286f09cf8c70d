import type { Instant } from "#platform";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** So long after its first try an event is tried again; then it is given up. */
export const TRIES_FOR = 7 * DAY;
/** The longest pause between two tries. */
export const LONGEST_PAUSE = 15 * MINUTE;
/** The longest that a receiver may ask to be left alone. */
export const LONGEST_RETRY_AFTER = DAY;
/** Tries in a row without an answer after which a receiver is looked out for with one call at a time. */
export const FAILURES_BEFORE_PROBING = 3;

export type Verdict = "delivered" | "refused" | "retry";

/** Refusals of the moment, not of what was sent. A redirect is one, too: the address can be put right while the event waits. */
const RETRIABLE = new Set([408, 425, 429]);

/** What an answer means; null is none. */
export const verdictOf = (status: number | null): Verdict => {
  if (status === null || status >= 500 || RETRIABLE.has(status) || (status >= 300 && status < 400))
    return "retry";
  return status >= 200 && status < 300 ? "delivered" : "refused";
};

/**
 * The pause after so many tries: 1 s, 2 s, 4 s … 10 minutes, and up to half as much again by chance (0 to 1), so that what failed
 * together does not come back together.
 */
export const pauseAfter = (attempts: number, chance: number): number =>
  Math.round(Math.min(10 * MINUTE, SECOND * 2 ** Math.min(20, attempts - 1)) * (1 + chance / 2));

/** The pause of a receiver that does not answer at all: from 1 s to about a minute, since one call looks out for it. */
export const outagePause = (failures: number, chance: number): number =>
  Math.round(
    Math.min(MINUTE, SECOND * 2 ** Math.min(10, Math.max(0, failures - FAILURES_BEFORE_PROBING))) *
      (1 + chance / 2),
  );

/** How long a receiver asks to be left alone: seconds, or a date. Null where it does not say, or says nonsense. */
export const retryAfterOf = (header: string | null, now: Instant): number | null => {
  if (header === null) return null;
  const text = header.trim();
  const pause = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(pause) && pause > 0 ? Math.min(pause, LONGEST_RETRY_AFTER) : null;
};

export interface Tried {
  readonly status: number | null;
  readonly retryAfter: string | null;
  /** This one included. */
  readonly attempts: number;
  readonly firstTriedAt: Instant;
  readonly now: Instant;
  /** From 0 to 1. */
  readonly chance: number;
}

/** What becomes of an event after a try: it is done with, or due again at an instant. */
export type Result =
  | { readonly status: "delivered" | "failed" | "dead" }
  | { readonly status: "pending"; readonly at: Instant };

/** Whether the receiver asks for a pause with this answer. */
export const asksForPause = ({ status, retryAfter, now }: Tried): number | null =>
  status === 429 || status === 503 ? retryAfterOf(retryAfter, now) : null;

export const resultOf = (tried: Tried): Result => {
  const { status, attempts, firstTriedAt, now, chance } = tried;
  const verdict = verdictOf(status);
  if (verdict === "delivered") return { status: "delivered" };
  if (verdict === "refused") return { status: "failed" };
  if (now - firstTriedAt >= TRIES_FOR) return { status: "dead" };
  return { status: "pending", at: now + Math.max(pauseAfter(attempts, chance), asksForPause(tried) ?? 0) };
};
