import type { WhyRule } from "../api/types.ts";
import type { Format } from "../ui/format.ts";

export interface Verdict {
  kind: "fired" | "not" | "unknown";
  text: string;
}

/** What a rule did, in a few words. */
export const ruleVerdict = (
  { fired, undetermined, award }: Pick<WhyRule, "fired" | "undetermined" | "award">,
  { signedPoints }: Pick<Format, "signedPoints">,
): Verdict => {
  if (undetermined) return { kind: "unknown", text: "Could not be decided" };
  if (!fired) return { kind: "not", text: "Did not apply" };
  if (award === null || award.rounded === 0) return { kind: "fired", text: "Applied, no points" };
  const unit = award.currency ?? (Math.abs(award.rounded) === 1 ? "point" : "points");
  const promised = award.category === "promised" ? "promised " : "";
  return { kind: "fired", text: `${signedPoints(award.rounded)} ${promised}${unit}` };
};

export const conditionWord = (result: boolean | null): string =>
  result === null ? "unknown" : result ? "true" : "false";
