import type { Instant, MailFailure } from "#platform";

const SECOND = 1000;
/** The first pause; each further one is three times as long, an hour at most. */
const FIRST_PAUSE = 15 * SECOND;
const LONGEST_PAUSE = 3600 * SECOND;

/**
 * When a message that did not go out is tried again: soon at first, because codes are waited for. Never after it is worth
 * nothing: then it is looked at once more, to be written down as expired.
 */
export const nextAttempt = (attempts: number, now: Instant, expiresAt: Instant): Instant =>
  Math.min(
    now + Math.min(FIRST_PAUSE * 3 ** Math.max(0, attempts - 1), LONGEST_PAUSE),
    Math.max(expiresAt, now),
  );

/** What became of one try. */
export type Result =
  | { readonly status: "sent" }
  | { readonly status: "failed" | "expired"; readonly reason: string }
  | { readonly status: "queued"; readonly reason: string; readonly at: Instant };

/** What a failure comes to. */
export const resultOf = (
  { fault, reason }: Pick<MailFailure, "fault" | "reason">,
  { attempts, expiresAt }: { readonly attempts: number; readonly expiresAt: Date },
  now: Instant,
): Result =>
  fault === "refused"
    ? { status: "failed", reason }
    : { status: "queued", reason, at: nextAttempt(attempts, now, expiresAt.getTime()) };
