import { inflateSync } from "node:zlib";

/** Bytes as a text of the same length. */
const latin = (bytes: Buffer): string => bytes.toString("latin1");

interface PdfObject {
  readonly head: string;
  readonly stream: string;
}

const objectsOf = (file: Buffer): Map<number, PdfObject> => {
  const objects = new Map<number, PdfObject>();
  const text = latin(file);
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const body = match[2]!;
    const begins = body.indexOf("stream\n");
    const head = begins === -1 ? body : body.slice(0, begins);
    const raw = begins === -1 ? "" : body.slice(begins + 7, body.lastIndexOf("\nendstream"));
    const stream = head.includes("/FlateDecode") ? latin(inflateSync(Buffer.from(raw, "latin1"))) : raw;
    objects.set(Number(match[1]), { head, stream });
  }
  return objects;
};

const referenceIn = (head: string, name: string): number =>
  Number(new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? 0);

const utf16 = (hex: string): string =>
  String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16)));

/** The letters of a font's glyphs, from the map that the file carries for whoever copies its text. */
const lettersOf = (map: string): string[] => {
  const letters: string[] = [];
  for (const [, first, list] of map.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    const start = Number.parseInt(first!, 16);
    [...list!.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, hex], index) => {
      letters[start + index] = utf16(hex!.replaceAll(" ", ""));
    });
  }
  return letters;
};

/**
 * The text of a PDF as a reader of its pages would copy it: for each page its lines from top to bottom, with ` | ` between
 * what is placed apart. Reads what `statementPdf` writes, by the file's own tables.
 */
export const readPdf = (file: Buffer): string[][] => {
  const objects = objectsOf(file);
  const fonts = new Map<number, string[]>();
  const fontOf = (id: number): string[] => {
    const known = fonts.get(id);
    if (known !== undefined) return known;
    const letters = lettersOf(objects.get(referenceIn(objects.get(id)!.head, "ToUnicode"))!.stream);
    fonts.set(id, letters);
    return letters;
  };
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\n/.test(head));
  return pages.map(({ head }) => {
    const resources = objects.get(referenceIn(head, "Resources"))!.head;
    const content = objects.get(referenceIn(head, "Contents"))!.stream;
    const lines = new Map<number, { x: number; text: string }[]>();
    const shown = /1 0 0 1 ([\d.-]+) ([\d.-]+) Tm\n\/(F\d+) [\d.]+ Tf\n(?:[\d.-]+ T[cw]\n)*\[([^\]]*)\] TJ/g;
    for (const [, x, y, font, glyphs] of content.matchAll(shown)) {
      const letters = fontOf(referenceIn(resources, font!));
      const text = [...glyphs!.matchAll(/<([0-9a-f]*)>/g)]
        .flatMap(([, hex]) => hex!.match(/.{4}/g) ?? [])
        .map((glyph) => letters[Number.parseInt(glyph, 16)] ?? "\uFFFD")
        .join("");
      const key = Math.round(Number(y));
      lines.set(key, [...(lines.get(key) ?? []), { x: Number(x), text }]);
    }
    return [...lines]
      .sort(([a], [b]) => b - a)
      .map(([, items]) =>
        items
          .sort((a, b) => a.x - b.x)
          .map(({ text }) => text.trim())
          .join(" | "),
      );
  });
};
