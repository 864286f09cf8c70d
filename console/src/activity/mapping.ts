import type { ImportPreview } from "../api/types.ts";

export type Target = ImportPreview["targets"][number];
/** Column of each field; a field without one is not imported. */
export type Mapping = Readonly<Record<string, string>>;

/** The suggestion as far as the file's header and the known fields go. */
export const startMapping = ({ suggestedMapping, headers, targets }: ImportPreview): Mapping =>
  Object.fromEntries(
    Object.entries(suggestedMapping).filter(
      ([field, header]) => headers.includes(header) && targets.some((target) => target.field === field),
    ),
  );

/** Which field a column feeds; null when none. */
export const fieldOf = (mapping: Mapping, header: string): string | null =>
  Object.keys(mapping).find((field) => mapping[field] === header) ?? null;

/** Gives a column to a field, or to none. A column feeds one field and a field has one column. */
export const assign = (mapping: Mapping, header: string, field: string | null): Mapping => {
  const kept = Object.entries(mapping).filter(([known, column]) => column !== header && known !== field);
  return Object.fromEntries(field === null ? kept : [...kept, [field, header]]);
};

/** The mapping with every other field said to take no column: nothing is suggested for what was left out on purpose. */
export const wholeMapping = (mapping: Mapping, targets: readonly Target[]): Mapping => ({
  ...Object.fromEntries(targets.map(({ field }) => [field, ""])),
  ...mapping,
});

/** Required fields that no column feeds. */
export const missingTargets = (mapping: Mapping, targets: readonly Target[]): Target[] =>
  targets.filter(({ field, required }) => required && mapping[field] === undefined);

/** The first values of a column, without empty ones and repetitions. */
export const samplesOf = (
  { headers, rows }: Pick<ImportPreview, "headers" | "rows">,
  header: string,
): string[] => {
  const column = headers.indexOf(header);
  const values = rows.map((row) => row[column]?.trim() ?? "").filter((value) => value !== "");
  return [...new Set(values)].slice(0, 3);
};
