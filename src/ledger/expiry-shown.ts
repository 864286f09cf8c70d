import { endOfDayAfterMonths, type Instant } from "#platform";

const MONTHS_OF_NEVER = 1200;

/** The documented answers tell points that never expire as expiring a hundred years after they came. */
export const expiryShown = (
  { expiresAt, openedAt }: { readonly expiresAt: Date | null; readonly openedAt: Date },
  zone: string,
): Instant => expiresAt?.getTime() ?? endOfDayAfterMonths(openedAt.getTime(), MONTHS_OF_NEVER, zone);
