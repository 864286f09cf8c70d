import { type CodeShown, type Compose, fillIn, languageOf, localeOf } from "#messages";
import { assert, type Clock, type Db, POINTS_SCALE } from "#platform";
import { digitsOf } from "./code.ts";
import { findCodes, type ValidationCode } from "./store.ts";
import { CODE_WORDS } from "./words.ts";

/** The kind of message that tells a one-time code. */
export const CODE_MESSAGE = "validation_code";

export interface CodeLetterParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly validationSecret: () => Promise<Buffer>;
  readonly nameOf: (orgId: number, partyId: number) => Promise<string>;
}

const isUsable = ({ usedAt, expiresAt }: ValidationCode, now: number): boolean =>
  usedAt === null && expiresAt > now;

/** Writes the letter that tells a code. The code is made here, of its seed, as the letter is sent; it is kept nowhere. */
export const composeCode =
  ({ db, clock, validationSecret, nameOf }: CodeLetterParts): Compose =>
  async (organisation, { partyId, refId }) => {
    assert(refId !== null, "a message that tells a code says which");
    const orgId = organisation.id;
    const [[code], secret, name] = await Promise.all([
      db.transaction(orgId, (tx) => findCodes(tx, orgId, [{ partyId, id: refId }])),
      validationSecret(),
      nameOf(orgId, partyId),
    ]);
    assert(code !== undefined, "codes are never deleted");
    if (code.usedAt !== null) return { lapsed: "The code was used before this was sent." };
    if (!isUsable(code, clock.now().getTime())) return { lapsed: "The code's time was over." };
    const language = languageOf(organisation.language);
    const words = CODE_WORDS[language];
    const locale = localeOf(language, organisation.country);
    const { timeZone } = organisation;
    const time = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium", timeStyle: "short" });
    const values = {
      brand: organisation.name,
      points: new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(code.points / POINTS_SCALE),
      time: time.format(code.expiresAt),
    };
    return {
      // Mail servers log subjects and telephones show them on locked screens: no code in it.
      subject: fillIn(words.subject, values),
      name,
      parts: [
        { text: fillIn(words.intro, values) },
        { code: digitsOf(secret, { ...code, orgId }) },
        { text: fillIn(words.validUntil, values) },
        { note: fillIn(words.caution, values) },
      ],
    };
  };

/** What the mailbox shows of codes, for messages that are told by hand. */
export const showCodes =
  ({ db, clock, validationSecret }: Omit<CodeLetterParts, "nameOf">) =>
  async (
    orgId: number,
    wanted: readonly { readonly partyId: number; readonly id: number }[],
  ): Promise<ReadonlyMap<number, CodeShown>> => {
    if (wanted.length === 0) return new Map();
    const [codes, secret] = await Promise.all([
      db.transaction(orgId, (tx) => findCodes(tx, orgId, wanted)),
      validationSecret(),
    ]);
    const now = clock.now().getTime();
    return new Map(
      codes.map((code) => [
        code.id,
        {
          points: code.points,
          code: isUsable(code, now) ? digitsOf(secret, { ...code, orgId }) : null,
          usedAt: code.usedAt === null ? null : new Date(code.usedAt),
        },
      ]),
    );
  };
