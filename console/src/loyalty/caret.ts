/** A line of a text with a caret under a column; both count from 1. Long lines are cut around the column. */
export const caretLine = (text: string, line: number, column: number, width = 64): string => {
  const whole = text.split("\n")[line - 1] ?? "";
  const from = Math.max(0, Math.min(column - 1 - width / 2, whole.length - width));
  const cut = whole.slice(from, from + width);
  return `${cut}\n${" ".repeat(Math.max(column - 1 - from, 0))}^`;
};
