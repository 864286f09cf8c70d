import type { Loyalty } from "#loyalty";
import { type Compose, fillIn, languageOf, localeOf } from "#messages";
import { assert, POINTS_SCALE, parseDateTime } from "#platform";
import { linesIn } from "./remind.ts";
import { REMINDER_WORDS } from "./words.ts";

export interface ReminderLetterParts {
  readonly loyalty: Pick<Loyalty, "programNames" | "currencyNames">;
  readonly nameOf: (orgId: number, partyId: number) => Promise<string>;
}

/** Writes the letter that reminds of points that expire: each account and day, with what its lots held when it was due. */
export const composeReminder =
  ({ loyalty, nameOf }: ReminderLetterParts): Compose =>
  async (organisation, { partyId, details, createdAt }) => {
    const orgId = organisation.id;
    const [programs, currencies, name] = await Promise.all([
      loyalty.programNames(orgId),
      loyalty.currencyNames(orgId),
      nameOf(orgId, partyId),
    ]);
    const language = languageOf(organisation.language);
    const words = REMINDER_WORDS[language];
    const locale = localeOf(language, organisation.country);
    const { timeZone, name: brand } = organisation;
    const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "long" });
    const time = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium", timeStyle: "short" });
    const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
    const dayOf = (date: string): string => {
      const midnight = parseDateTime(date, { zone: timeZone });
      assert(midnight !== null, "the ledger names days");
      return day.format(midnight);
    };
    const lines = [...linesIn(details.lines)].sort((a, b) => a.expiresOn.localeCompare(b.expiresOn));
    return {
      subject: fillIn(words.subject, { brand }),
      name,
      parts: [
        { text: fillIn(words.intro, { brand }) },
        {
          rows: lines.map(({ programId, currencyId, category, amount, expiresOn }) => [
            [
              programs.get(programId) ?? "",
              currencies.get(currencyId)?.name ?? "",
              // An alternate currency's regular units are called by its name alone.
              category === 1 && currencies.has(currencyId) ? "" : words.categories[category],
            ]
              .filter((part) => part !== "")
              .join(" · "),
            fillIn(words.line, { points: number.format(amount / POINTS_SCALE), date: dayOf(expiresOn) }),
          ]),
        },
        { note: fillIn(words.note, { time: time.format(createdAt) }) },
      ],
    };
  };
