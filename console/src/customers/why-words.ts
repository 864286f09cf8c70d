import type { WhyRule } from "../api/types.ts";
import type { Format } from "../ui/format.ts";

export interface Verdict {
  kind: "fired" | "not" | "unknown";
  text: string;
}

/** What a rule did, in a few words. */
export const ruleVerdict = (
  { fired, undetermined, awards }: Pick<WhyRule, "fired" | "undetermined" | "awards">,
  { signedPoints }: Pick<Format, "signedPoints">,
): Verdict => {
  if (undetermined) return { kind: "unknown", text: "Could not be decided" };
  const given = awards.filter(({ rounded }) => rounded !== 0);
  if (given.length === 0)
    return fired
      ? { kind: "fired", text: awards.length === 0 ? "Applied" : "Applied, no points" }
      : { kind: "not", text: "Did not apply" };
  const words = given.map(({ rounded, currency, category }) => {
    const unit = currency ?? (Math.abs(rounded) === 1 ? "point" : "points");
    const promised = category === "promised" ? "promised " : "";
    return `${signedPoints(rounded)} ${promised}${unit}`;
  });
  return { kind: "fired", text: words.join(", ") };
};

export const conditionWord = (result: boolean | null): string =>
  result === null ? "unknown" : result ? "true" : "false";

/** Rules of one set that were tried one after the other. */
export interface SetRun {
  set: string;
  rules: WhyRule[];
}

/** Rules by their sets, in the order in which they were tried: a set that is forwarded to stands between the rules around it. */
export const runsOf = (rules: readonly WhyRule[]): SetRun[] =>
  rules.reduce<SetRun[]>((runs, rule) => {
    const last = runs.at(-1);
    if (last?.set === rule.set) last.rules.push(rule);
    else runs.push({ set: rule.set, rules: [rule] });
    return runs;
  }, []);
