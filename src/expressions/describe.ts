import type { Catalogue, Parameter } from "./catalogue.ts";
import { METHODS } from "./methods.ts";
import type { ValueType } from "./types.ts";

/** One thing that can be written in an expression, as an editor or the documentation shows it. */
export interface CatalogueEntry {
  /** Null for a function of values. */
  readonly profile: string | null;
  readonly name: string;
  readonly kind: "attribute" | "function" | "method";
  /** What it gives. */
  readonly type: ValueType;
  /** Types of value that a method is asked of; empty for what a profile has. */
  readonly on: readonly ValueType[];
  readonly parameters: readonly Parameter[];
  readonly doc: string;
}

/** The catalogue as plain data, in the order of its definition, then the functions that values have. */
export const describeCatalogue = ({ profiles }: Catalogue): readonly CatalogueEntry[] => [
  ...[...profiles.values()].flatMap((profile) => [
    ...[...new Set(profile.attributes.values()), ...(profile.extendedFields?.values() ?? [])].map(
      ({ name, cell, doc }): CatalogueEntry => ({
        profile: profile.name,
        name,
        kind: "attribute",
        type: cell.type,
        on: [],
        parameters: [],
        doc,
      }),
    ),
    ...[...new Set(profile.functions.values())].map(
      ({ name, result, parameters, doc }): CatalogueEntry => ({
        profile: profile.name,
        name,
        kind: "function",
        type: result,
        on: [],
        parameters,
        doc,
      }),
    ),
  ]),
  ...METHODS.map(
    ({ name, on, result, parameters, doc }): CatalogueEntry => ({
      profile: null,
      name,
      kind: "method",
      type: result,
      on,
      parameters,
      doc,
    }),
  ),
];
