import { isDatabaseGone } from "#platform";

/** What a second copy of the same row is recognised by when its record has no key of its own. */
export const keyOfRow = (fingerprint: string, line: number): string =>
  `import:${fingerprint.slice(0, 32)}:${line}`;

/** SQLSTATE classes of what a record itself can bring about: bad data, broken constraints, limits of the program, raised errors. */
const OF_THE_RECORD = /^(22|23|54|P0)/;

/**
 * Whether a fault is the record's own, so that trying again would end the same: an error of the database about its data, or a
 * broken assumption of ours. A database that is away, full, busy or not as expected is no record's doing.
 */
export const isOfRecord = (error: unknown): error is Error => {
  if (!(error instanceof Error) || isDatabaseGone(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? OF_THE_RECORD.test(code) : !/timeout|connect/i.test(error.message);
};
