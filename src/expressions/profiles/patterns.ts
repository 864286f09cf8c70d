import type { BoundArguments, Constant, Parameter } from "../definitions.ts";
import { compileMatcher, type Search } from "../matcher.ts";

type Constants = readonly (Constant | null)[];

export const patternParameter: Parameter = { name: "pattern", type: "string", literal: true };

/** What is wrong with the regular expression at a place among the arguments, or null. */
export const refusePattern =
  (index: number) =>
  (constants: Constants): string | null => {
    const matcher = compileMatcher(String(constants[index]));
    return matcher.ok ? null : `this regular expression cannot be used: ${matcher.message}`;
  };

export const patternStates =
  (index: number) =>
  (constants: Constants): number => {
    const matcher = compileMatcher(String(constants[index]));
    return matcher.ok ? matcher.states : 0;
  };

/** The search for the regular expression at a place among the arguments, which the check has approved. */
export const patternOf = ({ constants, counter }: BoundArguments, index: number): Search => {
  const matcher = compileMatcher(String(constants[index]), counter);
  if (!matcher.ok) throw new Error(`a pattern was promised by the check: ${matcher.message}`);
  return matcher.search;
};
