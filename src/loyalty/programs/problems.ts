import { type Static, Type } from "@fastify/type-provider-typebox";
import { POINTS_SCALE, parseDecimal } from "#platform";

/** Something that keeps a draft from being published. `line` and `column` count from 1 inside an expression. */
export const Problem = Type.Object({
  path: Type.String({ description: "Where in the definition, such as tiers[1].threshold" }),
  message: Type.String(),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
  nearest: Type.Optional(Type.String({ description: "The known name closest to one that is not known" })),
});
export type Problem = Static<typeof Problem>;

/** Pattern of a tier's number as the key of a table. */
export const TIER_NUMBER = "^[1-9][0-9]{0,2}$";

/** Whether a decimal has no more decimals than a scale holds. */
export const fits = (value: number, scale: number): boolean => {
  const amount = parseDecimal(value, scale);
  return amount !== null && amount / scale === value;
};

/** Points of a policy: thousandths are the finest there are. */
export const pointsProblems = (
  values: Readonly<Record<string, number | null | undefined>>,
  path: string,
): Problem[] =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === null || fits(value, POINTS_SCALE)
      ? []
      : [{ path: `${path}.${name}`, message: "must have at most 3 decimals." }],
  );

/** Things of a list that have an id and a name: both once only. */
export const identityProblems = (
  items: readonly { readonly id: number; readonly name: string }[],
  path: string,
): Problem[] => {
  const problems: Problem[] = [];
  const ids = new Set<number>();
  const names = new Set<string>();
  items.forEach(({ id, name }, index) => {
    const key = name.trim().toLowerCase();
    if (ids.has(id)) problems.push({ path: `${path}[${index}].id`, message: `${id} is used twice.` });
    if (key === "") problems.push({ path: `${path}[${index}].name`, message: "must not be blank." });
    else if (names.has(key))
      problems.push({ path: `${path}[${index}].name`, message: `${name} is the name of another one.` });
    ids.add(id);
    names.add(key);
  });
  return problems;
};

/** What was published stays, because points, entries and calls name it by its id. */
export const keptProblems = (
  items: readonly { readonly id: number }[],
  published: readonly { readonly id: number; readonly name: string }[],
  path: string,
): Problem[] => {
  const ids = new Set(items.map(({ id }) => id));
  return published
    .filter(({ id }) => !ids.has(id))
    .map(({ id, name }) => ({
      path,
      message: `must keep ${name} (id ${id}), which was published: points may carry it.`,
    }));
};

/** Numbers of tiers that a table names, each of which must be there. */
export const tierNumberProblems = (numbers: readonly string[], tierCount: number, path: string): Problem[] =>
  numbers
    .filter((number) => Number(number) > tierCount)
    .map((number) => ({ path: `${path}.${number}`, message: `there is no tier ${number}.` }));
