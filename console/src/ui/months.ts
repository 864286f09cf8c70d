/** The months from `last` backwards, newest first, as YYYY-MM. */
export const monthsBack = (last: string, count: number): string[] => {
  const [year = 0, month = 1] = last.split("-").map(Number);
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
};
