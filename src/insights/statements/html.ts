import type { StatementDocument, Table } from "./document.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Everything that the page needs is in it: nothing is loaded from anywhere. */
const STYLE = `
:root { color-scheme: light; }
body { font: 14px/1.5 system-ui, "Noto Sans", sans-serif; color: #1b1d23; background: #fff; max-width: 52rem; margin: 2rem auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; border-bottom: 2px solid #1b1d23; padding-bottom: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3, caption { font-size: .95rem; font-weight: 600; margin: 1.25rem 0 .25rem; text-align: left; }
address { font-style: normal; text-align: right; }
address strong, address span { display: block; }
@media (max-width: 40rem) { address { text-align: left; } .scroll table { min-width: 34rem; } .scroll table.narrow { min-width: 0; } }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.25rem; margin: 1rem 0; }
dt { color: #5b606b; }
dd { margin: 0; }
.notice { background: #f3f4f6; border-radius: 6px; padding: .5rem .75rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { caption-side: top; padding: .75rem 0 .25rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid #e3e5e9; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: #5b606b; font-weight: 600; border-bottom-color: #9aa0aa; }
.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
.total td { font-weight: 600; border-top: 1px solid #9aa0aa; }
footer { margin-top: 2rem; color: #5b606b; font-size: .85rem; }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } thead { display: table-header-group; } tr { break-inside: avoid; } h2, h3, caption { break-after: avoid; } }
`;

const tableHtml = ({ title, columns, rows, hasTotal, empty }: Table): string => {
  if (rows.length === 0) return `<h3>${escaped(title)}</h3>\n<p>${escaped(empty)}</p>`;
  const cell = (value: string, index: number) =>
    `<td${columns[index]!.isNumber ? ' class="number"' : ""}>${escaped(value)}</td>`;
  const head = columns
    .map(
      (column) => `<th scope="col"${column.isNumber ? ' class="number"' : ""}>${escaped(column.title)}</th>`,
    )
    .join("");
  const body = rows
    .map((row, index) => {
      const isTotal = hasTotal && index === rows.length - 1;
      return `<tr${isTotal ? ' class="total"' : ""}>${row.map(cell).join("")}</tr>`;
    })
    .join("\n");
  const size = columns.length > 3 ? "" : ' class="narrow"';
  // What scrolls must be reachable by keyboard.
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}"><table${size}>\n<caption>${escaped(title)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
};

/** A statement as a page of its own that can be read, printed and kept. */
export const statementHtml = (document: StatementDocument): string => {
  const { language, title, organisation, sender, facts, notice, summary, sections, created } = document;
  const period = facts.at(-1)?.[1] ?? "";
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${title} · ${organisation} · ${period}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<address><strong>${escaped(organisation)}</strong>${sender.map((line) => `<span>${escaped(line)}</span>`).join("")}</address>
</header>
<main>
<dl>
${facts.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join("\n")}
</dl>
${notice === null ? "" : `<p class="notice">${escaped(notice)}</p>`}
${tableHtml(summary)}
${sections
  .map(
    (section) =>
      `<section>\n<h2>${escaped(section.title)}</h2>\n${tableHtml(section.movements)}\n${tableHtml(section.expiring)}\n</section>`,
  )
  .join("\n")}
</main>
<footer><p>${escaped(created)}</p></footer>
</body>
</html>
`;
};
