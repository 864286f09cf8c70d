import { asLogic, asNumber, asText, type Cell, dateCell, logicCell, numberCell, textCell } from "./cells.ts";
import { instantOf } from "./dates.ts";
import type {
  Attribute,
  EventAttributeDefinition,
  ExtendedFieldDefinition,
  ExtendedFieldSource,
} from "./definitions.ts";
import type { Facts } from "./facts.ts";

/**
 * Reads one name. A name that plain objects inherit (`constructor`, `toString` …) is looked up as an own property only; for any
 * other name a plain read cannot find anything inherited and is a third faster.
 */
const reader = (of: ExtendedFieldSource["of"], name: string): ((facts: Facts) => unknown) =>
  name in Object.prototype
    ? (facts) => {
        const fields = of(facts);
        return fields !== null && Object.hasOwn(fields, name) ? fields[name] : null;
      }
    : (facts) => of(facts)?.[name];

const cellOf = (type: ExtendedFieldDefinition["type"], read: (facts: Facts) => unknown): Cell => {
  switch (type) {
    case "number":
      return numberCell((facts) => asNumber(read(facts)));
    case "string":
      return textCell((facts) => asText(read(facts)));
    case "boolean":
      return logicCell((facts) => asLogic(read(facts)));
    case "date":
      return dateCell((facts) => {
        const value = read(facts);
        return typeof value === "string" ? instantOf(value, facts) : asNumber(value);
      });
  }
};

const wordingOf = (phrase: string, type: ExtendedFieldDefinition["type"]) =>
  type === "boolean" ? { says: `${phrase} is set`, denies: `${phrase} is not set` } : { says: phrase };

const typeWords = (type: ExtendedFieldDefinition["type"]): string =>
  type === "string" ? "a text" : `a ${type}`;

/** How an extended field is spoken of. */
export const fieldPhrase = (owner: string, name: string): string => `${owner} field "${name}"`;

/** The attribute `extField_<name>` of a profile. */
export const extendedField = (
  { name, type }: ExtendedFieldDefinition,
  { owner, prefix = "", of }: ExtendedFieldSource,
): Attribute => ({
  name: `extField_${prefix}${name}`,
  doc: `Extended field "${name}", ${typeWords(type)}.`,
  wording: wordingOf(fieldPhrase(owner, name), type),
  cell: cellOf(type, reader(of, name)),
});

const ofEvent = (facts: Facts) => facts.currentEvent.attributes ?? null;

/** The attribute of `currentEvent` for a field of a behavioural event. */
export const eventAttribute = ({ name, type }: EventAttributeDefinition): Attribute => ({
  name,
  doc: `Field "${name}" of the event, ${typeWords(type)}.`,
  wording: wordingOf(fieldPhrase("the event's", name), type),
  cell: cellOf(type, reader(ofEvent, name)),
  activities: ["GenericEvent"],
});
