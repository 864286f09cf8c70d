import type { Organisation } from "#orgs";
import { fillIn, languageOf } from "./language.ts";
import type { Letter, LetterPart } from "./schema.ts";
import { LETTER_WORDS } from "./words.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** A name as others typed it, on one line. */
const plain = (value: string): string => value.replace(/\p{Cc}+/gu, " ").trim();

/** The last digits of a number that says who somebody is: enough to recognise it, too few to use it. */
export const masked = (id: number | string): string => `•••${String(id).slice(-3)}`;

type Sender = Pick<Organisation, "name" | "language" | "address" | "website">;

/** A letter that is ready to be sent: the same words as text and as HTML. */
export interface WrittenLetter {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const textOf = (part: LetterPart): string => {
  if ("text" in part) return plain(part.text);
  if ("note" in part) return plain(part.note);
  if ("code" in part) return `    ${part.code}`;
  return part.rows.map(([label, value]) => `${plain(label)}: ${plain(value)}`).join("\n");
};

const CODE_STYLE =
  "font-size:28px;font-weight:600;letter-spacing:4px;font-family:ui-monospace,Menlo,Consolas,monospace;margin:20px 0";

const htmlOf = (part: LetterPart): string => {
  if ("text" in part) return `<p style="margin:0 0 14px">${escaped(plain(part.text))}</p>`;
  if ("note" in part)
    return `<p style="margin:14px 0 0;font-size:13px;color:#5b606b">${escaped(plain(part.note))}</p>`;
  if ("code" in part) return `<p style="${CODE_STYLE}">${escaped(part.code)}</p>`;
  const rows = part.rows.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 18px 4px 0;color:#5b606b">${escaped(plain(label))}</td><td style="padding:4px 0;font-weight:600">${escaped(plain(value))}</td></tr>`,
  );
  return `<table role="presentation" style="border-collapse:collapse;margin:0 0 14px">${rows.join("")}</table>`;
};

/**
 * Lays a letter out, in the organisation's language and under its name. The HTML loads nothing and links nowhere: opening it
 * tells nobody.
 */
export const writeLetter = (sender: Sender, partyId: number, letter: Letter): WrittenLetter => {
  const language = languageOf(sender.language);
  const words = LETTER_WORDS[language];
  const [brand, name] = [plain(sender.name), plain(letter.name)];
  const greeting = name === "" ? words.greetingWithoutName : fillIn(words.greeting, { name });
  const closing = [
    fillIn(words.why, { brand }),
    `${words.customerNumber}: ${masked(partyId)}`,
    [brand, sender.address, sender.website]
      .map(plain)
      .filter((line) => line !== "")
      .join(" · "),
  ];
  const text = [greeting, ...letter.parts.map(textOf), ["-- ", ...closing].join("\n")].join("\n\n");
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(plain(letter.subject))}</title></head>
<body style="margin:0;background:#ffffff;color:#1b1d23;font:16px/1.5 system-ui,'Segoe UI',Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px 20px">
<p style="margin:0 0 20px;font-size:18px;font-weight:600">${escaped(brand)}</p>
<p style="margin:0 0 14px">${escaped(greeting)}</p>
${letter.parts.map(htmlOf).join("\n")}
<p style="margin:28px 0 0;padding-top:12px;border-top:1px solid #e3e5e9;font-size:13px;color:#5b606b">${closing.map(escaped).join("<br>")}</p>
</div>
</body>
</html>
`;
  return { language, subject: plain(letter.subject), text: `${text}\n`, html };
};
