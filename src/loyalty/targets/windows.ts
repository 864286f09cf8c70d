import { endOfDayAfterMonths, type Instant, localTime, startOfDay } from "#platform";
import type { FrequencyType, TargetGroup } from "./schema.ts";

const DAY = 86_400_000;
const MONTHS: Partial<Record<FrequencyType, number>> = {
  MONTHLY: 1,
  QUARTERLY: 3,
  HALF_YEARLY: 6,
  YEARLY: 12,
};

/** One period as it is for a member; `endsAt` is the first instant after it, null where nothing but reaching the target ends it. */
export interface Window {
  readonly cycle: number;
  readonly startsAt: Instant | null;
  readonly endsAt: Instant | null;
}

type Rhythm = Pick<TargetGroup, "frequencyType" | "frequency">;

/** The first instant of the period after `count` others, for periods of local days that begin with the day of `start`. */
export const fixedBoundary = (
  { frequencyType, frequency }: Rhythm,
  start: Instant,
  count: number,
  zone: string,
): Instant => {
  if (count === 0) return start;
  const months = MONTHS[frequencyType];
  if (months === undefined)
    return startOfDay(start, zone, count * frequency * (frequencyType === "WEEKLY" ? 7 : 1));
  return startOfDay(endOfDayAfterMonths(start, months * frequency * count, zone), zone);
};

/** The same for periods that begin with an event: whole days of 24 hours, or months to the same time of the day. */
const cyclicBoundary = (
  { frequencyType, frequency }: Rhythm,
  start: Instant,
  count: number,
  zone: string,
): Instant => {
  const months = MONTHS[frequencyType];
  if (months === undefined) return start + count * frequency * (frequencyType === "WEEKLY" ? 7 : 1) * DAY;
  if (count === 0) return start;
  const { hour, minute, second } = localTime(start, zone);
  const day = startOfDay(endOfDayAfterMonths(start, months * frequency * count, zone), zone);
  return day + ((hour * 60 + minute) * 60 + second) * 1000 + (start % 1000);
};

/** The period of a fixed calendar that an instant lies in; null between and outside of them. */
export const fixedWindow = ({ periods }: Pick<TargetGroup, "periods">, at: Instant): Window | null => {
  for (const { cycle, startsAt, endsAt, isActive } of periods) {
    if (!isActive || startsAt === null || endsAt === null) continue;
    const [from, until] = [startsAt.getTime(), endsAt.getTime()];
    if (at >= from && at < until) return { cycle, startsAt: from, endsAt: until };
  }
  return null;
};

/** The period of a member whose first one began at `start`; null before it and after the last one. */
export const cyclicWindow = (
  group: Rhythm & Pick<TargetGroup, "totalPeriods">,
  start: Instant,
  at: Instant,
  zone: string,
): Window | null => {
  if (at < start) return null;
  let startsAt = start;
  for (let cycle = 1; cycle <= group.totalPeriods; cycle++) {
    const endsAt = cyclicBoundary(group, start, cycle, zone);
    if (at < endsAt) return { cycle, startsAt, endsAt };
    startsAt = endsAt;
  }
  return null;
};
