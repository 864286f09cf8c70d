/** Days of the calendar, as UTC midnights in milliseconds: no zone and no summer time is in the way of counting them. */
export const DAY = 86_400_000;

/** Year, month from 1 and day of YYYY-MM-DD. */
export const partsOf = (day: string): [number, number, number] =>
  day.split("-").map(Number) as [number, number, number];

/** YYYY-MM-DD. */
export const dayText = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A day of a month, counted on from a year's; one that the month lacks becomes its last. */
export const monthDay = (year: number, month: number, day: number): number => {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Date.UTC(year, month - 1, Math.min(day, last));
};
