import type { Home } from "../api/types.ts";

const asMonths = <T extends { date: string }>(series: T[]): T[] => {
  const isMonthly = series.length > 2 && series.every(({ date }) => date.endsWith("-01"));
  return isMonthly ? series.map((part) => ({ ...part, date: part.date.slice(0, 7) })) : series;
};

/** Over a year the server gives a part for each month, dated at its first day; then it is the month that counts. */
export const withMonths = (home: Home): Home => ({
  ...home,
  members: { ...home.members, series: asMonths(home.members.series) },
  purchases: { ...home.purchases, series: asMonths(home.purchases.series) },
  points: { ...home.points, series: asMonths(home.points.series) },
  liability: { ...home.liability, series: asMonths(home.liability.series) },
});
