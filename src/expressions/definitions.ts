import type { Where } from "./activities.ts";
import type { Cell } from "./cells.ts";
import type { ExtendedFieldFacts, Facts } from "./facts.ts";
import type { Unit } from "./types.ts";

/** A literal argument's value. */
export type Constant = string | number | boolean;

/** Kinds of names that organisations choose, so that an editor can offer them where a text is expected. */
export type NameKind =
  | "tier"
  | "store"
  | "storeCode"
  | "tracker"
  | "trackerCase"
  | "target"
  | "targetGroup"
  | "targetPeriod"
  | "streakLevel"
  | "tag"
  | "status"
  | "statusLabel"
  | "segmentCluster"
  | "program"
  | "customField"
  | "tender"
  | "lineAttribute"
  | "brand"
  | "category"
  | "itemCode";

export interface Parameter {
  readonly name: string;
  readonly type: "number" | "string" | "boolean" | "date";
  readonly optional?: boolean;
  /** Must be written as a literal, because it is resolved when the rule is compiled. */
  readonly literal?: boolean;
  /** A text that may be written as a number too: `50` for `"50"`. */
  readonly orNumber?: boolean;
  /** The values that there are. Letter case does not matter. */
  readonly choices?: readonly string[];
  /** What names it takes. */
  readonly names?: NameKind;
}

/**
 * How a value is spoken of: `{it}` stands for what a function is called on, `{0}`, `{1}` … for its arguments,
 * `{name}` for the first one without quotes, `{moment}` for all of them as a date and time. `says` is a noun
 * phrase, or for a boolean the sentence when true; `denies` is that sentence when false.
 */
export interface Wording {
  readonly says: string;
  readonly denies?: string;
}

/** What attributes and functions of profiles have in common. */
interface Named extends Where {
  readonly name: string;
  /** Other published spellings. Letter case never matters. */
  readonly aliases?: readonly string[];
  /** One sentence for editors and documentation. */
  readonly doc: string;
  readonly wording: Wording;
  readonly unit?: Unit;
  /** It looks at every line of a bill. */
  readonly isOverLines?: boolean;
}

export interface Attribute extends Named {
  readonly cell: Cell;
  /** What names it takes as its values. */
  readonly names?: NameKind;
}

/** Counts the steps of evaluations: tests give one. */
export interface StepCounter {
  steps: number;
}

export interface BoundArguments {
  /** Cells of the parameters that are not literal, null where an optional one is absent; by parameter. */
  readonly cells: readonly (Cell | null)[];
  /** Values of the literal parameters, null elsewhere; by parameter. */
  readonly constants: readonly (Constant | null)[];
  readonly counter: StepCounter | null;
}

export interface ProfileFunction extends Named {
  readonly parameters: readonly Parameter[];
  readonly result: "number" | "string" | "boolean" | "date";
  /** Sentence about what is wrong with the literals, or null. */
  readonly refuse?: (constants: readonly (Constant | null)[]) => string | null;
  /** States of the automaton that it keeps; the check adds them up. */
  readonly states?: (constants: readonly (Constant | null)[]) => number;
  readonly bind: (bound: BoundArguments) => Cell;
}

export interface ProfileDefinition extends Where {
  readonly name: string;
  readonly doc: string;
  readonly attributes: readonly Attribute[];
  readonly functions: readonly ProfileFunction[];
  readonly extendedFields?: ExtendedFieldSource;
}

export type ExtendedFieldScope = "customer" | "transaction" | "lineItem" | "card" | "userGroup";

/** Which extended fields `extField_<name>` of a profile reaches, and where their values stand. */
export interface ExtendedFieldSource {
  readonly scope: ExtendedFieldScope;
  /** Whose they are, as in "the customer's". */
  readonly owner: string;
  /** What stands before the field's own name. */
  readonly prefix?: string;
  readonly of: (facts: Facts) => ExtendedFieldFacts | null;
}

/** An extended field of the organisation. Names are exact. */
export interface ExtendedFieldDefinition {
  readonly scope: ExtendedFieldScope;
  readonly name: string;
  readonly type: "number" | "string" | "boolean" | "date";
}

/** A field of a behavioural event. */
export type EventAttributeDefinition = Omit<ExtendedFieldDefinition, "scope">;
