import type { Parameter } from "./definitions.ts";
import type { NameError } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { Typed } from "./typed.ts";

/** A function with the names of its parameters, optional ones in brackets. */
export const signature = (name: string, parameters: readonly Parameter[]): string =>
  `${name}(${parameters.map((parameter) => (parameter.optional ? `[${parameter.name}]` : parameter.name)).join(", ")})`;

/** What is wrong with a literal argument of which there are only some; null when it is one of them, or not a literal. */
export const choiceError = (
  typed: Typed,
  name: string,
  { name: parameter, choices }: Parameter,
): NameError | null => {
  if (choices === undefined || typed.kind !== "constant") return null;
  const written = String(typed.value);
  if (choices.includes(written.toUpperCase())) return null;
  const expected = `one of ${choices.join(", ")}`;
  const near = nearest(written, choices);
  const hint = near === null ? "" : `; did you mean ${near}?`;
  return { message: `${parameter} of ${name} is ${expected}${hint}`, expected, nearest: near };
};
