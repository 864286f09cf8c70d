import { asLogic, logicCell } from "../cells.ts";
import type { ProfileDefinition, ProfileFunction } from "../definitions.ts";
import type { ProductFacts } from "../facts.ts";
import { customFieldFunctions } from "./custom-fields.ts";
import { text } from "./define.ts";
import { patternOf, patternParameter, patternStates, refusePattern } from "./patterns.ts";

export const cardProfile: ProfileDefinition = {
  name: "currentCard",
  doc: "The card that the bill was made with.",
  activities: ["TransactionAdd", "TransactionUpdate"],
  attributes: [],
  functions: customFieldFunctions(
    "the card's",
    (facts, name) => facts.currentCard?.customField?.(name),
    false,
  ),
  extendedFields: {
    scope: "card",
    owner: "the card's",
    of: (facts) => facts.currentCard?.extendedFields ?? null,
  },
};

const productMatch = (
  what: "Brand" | "Category",
  read: (product: ProductFacts) => string | null,
): ProfileFunction => ({
  name: `does${what}RegexMatch`,
  parameters: [patternParameter],
  result: "boolean",
  doc: `True when the product's ${what.toLowerCase()} matches the regular expression.`,
  wording: {
    says: `the product's ${what.toLowerCase()} matches {0}`,
    denies: `the product's ${what.toLowerCase()} does not match {0}`,
  },
  refuse: refusePattern(0),
  states: patternStates(0),
  bind: (bound) => {
    const search = patternOf(bound, 0);
    return logicCell(({ currentProduct }) => {
      const found = currentProduct ? read(currentProduct) : null;
      return found === null ? 0 : asLogic(search(found));
    });
  },
});

export const productProfile: ProfileDefinition = {
  name: "currentProduct",
  doc: "The product that was scanned.",
  activities: ["GenericEvent"],
  attributes: [
    text(
      "code",
      "Code of the product.",
      "the product's code",
      (facts) => facts.currentProduct?.code ?? null,
      {
        names: "itemCode",
      },
    ),
  ],
  functions: [productMatch("Brand", (it) => it.brand), productMatch("Category", (it) => it.category)],
};
