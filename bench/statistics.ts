/** The middle value; of an even number the mean of the middle two. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Significant digits without trailing zeros, thousands parted: 12,345 · 1.37 · 0.084. */
export const shown = (value: number, digits = 3): string => {
  if (!Number.isFinite(value)) return "–";
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.max(0, digits - 1 - size);
  return value.toLocaleString("en-US", {
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.min(decimals, 6),
  });
};

/** The same to `digits` significant digits, for the JSON file. */
export const rounded = (value: number, digits = 4): number =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)) : 0;

/** Microseconds with their unit; a dash for what cannot be seen. */
export const micro = (value: number | null): string => (value === null ? "–" : `${shown(value)} µs`);
