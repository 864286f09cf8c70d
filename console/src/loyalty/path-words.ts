import type { ProgramDefinition } from "../api/programs.ts";

const BRANCHES: Record<string, string> = { actions: "then", otherwise: "otherwise" };

/** A place of the definition as people know it: sets, rules and limits by their names. What has none keeps its path. */
export const pathWords = (path: string, { activities, limits = [] }: ProgramDefinition): string => {
  const inSet =
    /^activities\.TransactionAdd\[(\d+)\](?:\.rules\[(\d+)\])?(?:\.(actions|otherwise)\[(\d+)\])?\.?(.*)$/.exec(
      path,
    );
  if (inSet !== null) {
    const [, set = "", rule, branch, action, rest = ""] = inSet;
    const found = activities.TransactionAdd[Number(set)];
    return [
      found?.name ?? `set ${Number(set) + 1}`,
      ...(rule === undefined ? [] : [found?.rules[Number(rule)]?.name ?? `rule ${Number(rule) + 1}`]),
      ...(branch === undefined ? [] : [`${BRANCHES[branch]} ${Number(action) + 1}`]),
      ...(rest === "" ? [] : [rest]),
    ].join(" › ");
  }
  const [, index, rest = ""] = /^limits\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
  if (index === undefined) return path;
  const name = limits[Number(index)]?.name ?? `limit ${Number(index) + 1}`;
  return rest === "" ? name : `${name} › ${rest}`;
};
