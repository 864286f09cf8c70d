import { type CompiledProgram, type Trace, toldRules, type Why } from "#loyalty";

/** How the rules of a program met a bill, told in the documented forms from the stored trace. */

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const asHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

export interface EvaluatedSet {
  readonly name: string;
  readonly rules: readonly EvaluatedRule[];
}

export interface EvaluatedRule {
  readonly id: string;
  readonly name: string;
  readonly expression: string;
  /** Null: it could not be told. */
  readonly result: boolean | null;
  readonly because: readonly string[];
  readonly awards: Why["rules"][number]["awards"];
}

/** Rules by their sets, in the order in which they were looked at. */
export const evaluatedSets = (program: CompiledProgram, trace: Trace, why: Why): EvaluatedSet[] => {
  const sets: { name: string; rules: EvaluatedRule[] }[] = [];
  const parts = [trace, ...(trace.raised ?? [])];
  const rules = parts.flatMap((part) => toldRules(part, program));
  rules.forEach((rule, position) => {
    const compiled = program.rules[rule.i];
    const told = why.rules[position];
    if (compiled === undefined || told === undefined) return;
    let set = sets[sets.length - 1];
    if (set?.name !== compiled.setName) {
      set = { name: compiled.setName, rules: [] };
      sets.push(set);
    }
    set.rules.push({
      id: compiled.id,
      name: compiled.name,
      expression: compiled.condition.text,
      result: told.undetermined === true ? null : told.fired,
      because: told.because,
      awards: told.awards,
    });
  });
  return sets;
};

const ruleLines = (rule: EvaluatedRule): string => {
  const result = rule.result === null ? "undetermined" : String(rule.result);
  const actions = rule.awards
    .map(({ rounded }) => `<li>AWARD<ul><li>${rounded} points</li></ul></li>`)
    .join("");
  const done = actions === "" ? "" : `<ul>${actions}</ul>`;
  return `<li>Rule[${asHtml(rule.id)},${asHtml(rule.name)}] ${asHtml(rule.expression)} -&gt; ${result}${done}</li>`;
};

/** The tree as HTML, as the documented answer has it. */
export const treeOf = (program: CompiledProgram, sets: readonly EvaluatedSet[]): string => {
  const inner = sets
    .map(
      ({ name, rules }, index) =>
        `<li>RuleSet[${index + 1},${asHtml(name)}]<ul>${rules.map(ruleLines).join("")}</ul></li>`,
    )
    .join("");
  return `<ul><li>Program[${program.programId},${asHtml(program.name)}] version ${program.version}<ul>${inner}</ul></li></ul>`;
};

/** The awards as text, one to a line. */
export const effectsText = (program: CompiledProgram, sets: readonly EvaluatedSet[]): string =>
  sets
    .flatMap(({ rules }) => rules.flatMap(({ id, awards }) => awards.map((award) => ({ id, ...award }))))
    .map(
      ({ id, rounded, expiresAt }) =>
        `AWARD points=${rounded} programId=${program.programId} ruleId=${id} expiresOn=${expiresAt ?? "never"}`,
    )
    .join("\n");
