import type { Organisation } from "#orgs";
import { assert, type Instant, type Millipoints, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { type Desk, rowsOf } from "../movement.ts";
import { isCode } from "./code.ts";
import { countTrials, insertWrongCodes, loadCodes, useCodes, type ValidationCode } from "./store.ts";

/** What a till says of the code that a customer gave. */
export interface Validation {
  readonly code: string | null;
  /** The till vouches for the customer: no code is asked for, and one that is given is not looked at. */
  readonly skips: boolean;
}
export const NO_VALIDATION: Validation = Object.freeze({ code: null, skips: false });

const MINUTE = 60_000;
/** What the organisation allows of trials: wrong codes, and messages, in a time. Null: any number. */
export const trialLimit = (organisation: Pick<Organisation, "flag" | "number">) =>
  organisation.flag("CONF_OTP_VALIDATE_RATE_LIMIT_ENABLED")
    ? {
        count: organisation.number("CONF_OTP_VALIDATE_RATE_LIMIT_COUNT") ?? 5,
        minutes: organisation.number("CONF_OTP_VALIDATE_RATE_LIMIT_MINUTE") ?? 15,
      }
    : null;

/** Usable codes of the parties and what was tried of late; kept up to date as the batch is decided. */
export interface CodeBook {
  readonly codes: ValidationCode[];
  readonly trials: Map<number, { wrong: number; sent: number }>;
}

export const NO_CODES: CodeBook = { codes: [], trials: new Map() };

/** Reads the codes of parties; those that expire within the batch are refused when they are used. */
export const loadCodeBook = async (
  tx: Tx,
  { organisation }: Pick<Desk, "organisation">,
  wanted: readonly { readonly partyId: number; readonly now: Instant }[],
): Promise<CodeBook> => {
  if (wanted.length === 0) return { codes: [], trials: new Map() };
  const partyIds = [...new Set(wanted.map(({ partyId }) => partyId))];
  const first = Math.min(...wanted.map(({ now }) => now));
  const limit = trialLimit(organisation);
  const [codes, trials] = await Promise.all([
    loadCodes(tx, organisation.id, partyIds, first),
    limit === null ? [] : countTrials(tx, organisation.id, partyIds, first - limit.minutes * MINUTE),
  ]);
  return { codes, trials: new Map(trials.map(({ partyId, wrong, sent }) => [partyId, { wrong, sent }])) };
};

/**
 * Whether the customer was asked for: the code that is given must be one of theirs for these points, in time and not used. A
 * wrong one is counted even though the movement is refused, and after too many none is looked at. Errors: 808, 824.
 */
export const checkCode = (
  desk: Desk,
  { codes, trials }: CodeBook,
  { code, skips }: Validation,
  asked: {
    readonly partyId: number;
    readonly points: Millipoints;
    readonly now: Instant;
    readonly tillId: number | null;
    readonly isNeeded: boolean;
  },
): ValidationCode | null => {
  if (skips) return null;
  if (code === null) {
    if (asked.isNeeded) throw errors.code_missing();
    return null;
  }
  const { organisation, secret } = desk;
  const { partyId, points, now, tillId } = asked;
  assert(secret !== null, "a kind that looks at codes asks for the secret");
  const limit = trialLimit(organisation);
  const tried = trials.get(partyId) ?? { wrong: 0, sent: 0 };
  if (limit !== null && tried.wrong >= limit.count) throw errors.too_many_codes({ minutes: limit.minutes });
  const found = codes.find(
    (item) =>
      item.partyId === partyId &&
      item.points === points &&
      item.usedAt === null &&
      item.expiresAt > now &&
      isCode(secret, { ...item, orgId: organisation.id }, code),
  );
  if (found !== undefined) return found;
  trials.set(partyId, { ...tried, wrong: tried.wrong + 1 });
  rowsOf(desk, "wrong_codes", insertWrongCodes).push({
    partyId,
    id: desk.nextId("points"),
    triedAt: now,
    tillId,
  });
  throw errors.wrong_code();
};

/** A code is used once: now. */
export const consumeCode = (desk: Desk, book: CodeBook, code: ValidationCode, now: Instant): void => {
  book.codes[book.codes.indexOf(code)] = { ...code, usedAt: now };
  rowsOf(desk, "used_codes", useCodes).push({ partyId: code.partyId, id: code.id, usedAt: now });
};
