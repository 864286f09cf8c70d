import { type Issue, issue } from "#platform";
import { errors, WARNING } from "./errors.ts";
import { shown } from "./parse-values.ts";

/** How many days ahead the gaps of tiers are asked for; null: they are not. */
export interface GapsAsked {
  readonly upgrade: number | null;
  readonly renew: number | null;
}

/** The documented gaps of a customer (customers.md §4.1), as whoever knows tiers tells them. */
export interface GapsShown {
  readonly upgradeStrategies?: readonly object[];
  readonly gapToRenewSummary?: readonly object[];
  /** No program says where members go whose tier ends. */
  readonly lacksDowngrade: boolean;
}

const MOST_DAYS = 3650;

const daysOf = (text: string | undefined, field: string): number | null => {
  const value = text?.trim() ?? "";
  if (value === "") return null;
  const days = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  if (!(days <= MOST_DAYS))
    throw errors.bad_field({
      field,
      expected: `a whole number of days from 0 to ${MOST_DAYS}; ${shown(value)} is not`,
    });
  return days;
};

const NONE: GapsAsked = { upgrade: null, renew: null };

/** What `gapToUpgrade` and `gapToRenew` ask for. They need `embed=mlp`, and without it a warning says that they do. */
export const parseGaps = (
  query: { readonly gapToUpgrade?: string; readonly gapToRenew?: string },
  embed: ReadonlySet<string>,
): { readonly asked: GapsAsked; readonly isAsked: boolean; readonly warnings: readonly Issue[] } => {
  const asked = {
    upgrade: daysOf(query.gapToUpgrade, "gapToUpgrade"),
    renew: daysOf(query.gapToRenew, "gapToRenew"),
  };
  const names = [
    ...(asked.upgrade === null ? [] : ["gapToUpgrade"]),
    ...(asked.renew === null ? [] : ["gapToRenew"]),
  ];
  if (names.length === 0) return { asked: NONE, isAsked: false, warnings: [] };
  if (embed.has("mlp")) return { asked, isAsked: true, warnings: [] };
  const message = `${names.join(" and ")} is answered with embed=mlp only.`;
  return { asked: NONE, isAsked: false, warnings: [issue(WARNING.notServed, message)] };
};

/** Says why no renewal is told. */
export const gapWarnings = (gaps: GapsShown | undefined): Issue[] =>
  gaps?.lacksDowngrade === true
    ? [issue(WARNING.noDowngrade, "The program has no downgrade strategy: its tiers do not end.")]
    : [];
