import type { ProfileFunction } from "../definitions.ts";
import { type Facts, textOfValue } from "../facts.ts";
import { literalText, truthOfTexts } from "./define.ts";

/** The values of a field: several where it takes several, none where it is not given. */
const valuesOf = (value: unknown): readonly string[] => {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((item) => {
    const text = textOfValue(item);
    return text === null || text === "" ? [] : [text];
  });
};

/** The functions of custom fields of an owner such as "the customer's". */
export const customFieldFunctions = (
  owner: string,
  fieldOf: (facts: Facts, name: string) => unknown,
  withExists: boolean,
): readonly ProfileFunction[] => {
  const field = literalText("field", "customField");
  const value = literalText("value");
  const given = (facts: Facts, name: string): readonly string[] | null => {
    const values = valuesOf(fieldOf(facts, name));
    return values.length === 0 ? null : values;
  };
  const exists = truthOfTexts(
    "customFieldValueExists",
    [field],
    "True when the custom field is given.",
    [`${owner} custom field {0} is given`, `${owner} custom field {0} is not given`],
    (facts, name) => given(facts, name) !== null,
  );
  return [
    truthOfTexts(
      "customFieldValueIncludes",
      [field, value],
      "True when the custom field has the value.",
      [`${owner} custom field {0} is {1}`, `${owner} custom field {0} is not {1}`],
      (facts, name, wanted) => given(facts, name)?.includes(wanted),
    ),
    truthOfTexts(
      "customFieldValueExcludes",
      [field, value],
      "True when the custom field is given and does not have the value.",
      [`${owner} custom field {0} is not {1}`, `${owner} custom field {0} is {1}`],
      (facts, name, unwanted) => {
        const values = given(facts, name);
        return values === null ? null : !values.includes(unwanted);
      },
    ),
    ...(withExists ? [exists] : []),
  ];
};
