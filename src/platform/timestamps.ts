/** Length of `2026-01-31 23:59:59`. */
const SECONDS_END = 19;
const ZERO = 48;

const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

/**
 * A parser of PostgreSQL's timestamptz that reads `2026-01-31 23:59:59.123456+00`, which is how all of them come from a session in
 * UTC, by position, and leaves every other form (other zones, years beyond 9999 or before Christ, infinity) to `otherwise`. Rows of a
 * batch have hundreds of them, and a regular expression for each took a twentieth of the processor time of a redemption.
 */
export const timestampParser =
  <Time>(otherwise: (text: string) => Time) =>
  (text: string): Date | Time => {
    const end = text.length - 3;
    const isPlain =
      end >= SECONDS_END && text.charCodeAt(4) === 45 && text.charCodeAt(10) === 32 && text.endsWith("+00");
    if (!isPlain) return otherwise(text);
    let milliseconds = 0;
    for (let at = SECONDS_END + 1, worth = 100; at < end && worth >= 1; at++, worth /= 10)
      milliseconds += (text.charCodeAt(at) - ZERO) * worth;
    const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
    // Date.UTC takes years below 100 for those of the last century.
    if (year < 100) return otherwise(text);
    return new Date(
      Date.UTC(
        year,
        twoDigits(text, 5) - 1,
        twoDigits(text, 8),
        twoDigits(text, 11),
        twoDigits(text, 14),
        twoDigits(text, 17),
        milliseconds,
      ),
    );
  };
