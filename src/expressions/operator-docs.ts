/** What operators mean, for editors. */
export const OPERATOR_DOCS: Readonly<Record<string, string>> = {
  "&&": "Both sides hold; the right one is asked only when the left one holds.",
  "||": "One of the sides holds; the right one is asked only when the left one does not.",
  "!": "The opposite; what is not known stays so.",
  "==": "The sides are equal. What is not known is equal to nothing.",
  "!=": "The sides are known and differ.",
  ">": "The left side is more, or later.",
  ">=": "The left side is at least as much, or not earlier.",
  "<": "The left side is less, or earlier.",
  "<=": "The left side is at most as much, or not later.",
  "+": "Sum; null when a side is not known.",
  "-": "Difference; null when a side is not known.",
  "*": "Product; null when a side is not known.",
  "/": "Quotient; null when a side is not known. Nothing can be divided by 0.",
  "%": "Remainder; null when a side is not known.",
};
