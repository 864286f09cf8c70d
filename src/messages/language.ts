/** The languages that customers are written to in. */
export const LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language that an organisation's customers are written to in: its own where we have it, else English. */
export const languageOf = (language: string): Language => LANGUAGES.find((item) => item === language) ?? "en";

/** The way numbers and dates of the language are written in the organisation's country, where both go together. */
export const localeOf = (language: string, country: string): string =>
  /^[A-Z]{2}$/.test(country) ? `${language}-${country}` : language;

/** Puts values into the places of a sentence: `{date}`. */
export const fillIn = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
