import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The domains from left to right; a domain imports only from those in front of it. */
export const DOMAINS = [
  "platform",
  "events",
  "orgs",
  "identity",
  "customers",
  "messages",
  "ledger",
  "expressions",
  "loyalty",
  "points",
  "activities",
  "dataflows",
  "webhooks",
  "whatif",
  "insights",
] as const;

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The folder under src/, or null for files of its top level and elsewhere. */
  readonly domain: string | null;
  /** Tests and the builders they share: not part of the running program. */
  readonly forTests: boolean;
}

const SKIPPED = new Set(["node_modules", "dist", "data", ".git"]);

/** Files below a folder of the project whose names end in one of `endings`. Empty when there is no such folder. */
export const readSources = (folder: string, endings: readonly string[] = [".ts", ".tsx"]): SourceFile[] => {
  const found: SourceFile[] = [];
  const walk = (directory: string) => {
    for (const item of readdirSync(directory, { withFileTypes: true })) {
      const full = join(directory, item.name);
      if (item.isDirectory() && !SKIPPED.has(item.name)) walk(full);
      if (!item.isFile() || !endings.some((ending) => item.name.endsWith(ending))) continue;
      const path = relative(ROOT, full).split(sep).join("/");
      const domain = /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
      const forTests = /\.test\.tsx?$|\/testing(\/|\.ts$)|^tests\//.test(path);
      found.push({ path, text: readFileSync(full, "utf8"), domain, forTests });
    }
  };
  try {
    walk(join(ROOT, folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return found.sort((a, b) => a.path.localeCompare(b.path));
};

export interface Literal {
  /** The text between the quotes; each `${…}` of a template reads as `$0`. */
  readonly text: string;
  /** What stands right in front: `sql` for sql`…`, `rawSql(` for rawSql("…"), else "". */
  readonly lead: "sql" | "rawSql(" | "";
  readonly line: number;
}

const REGEX_MAY_FOLLOW =
  /(^|[(,=:[!&|?{};+\-*%~^<>]|\b(return|typeof|case|in|of|do|else|throw|await|yield))$/;

/** Reads the string and template literals of a TypeScript source, passing over comments and regular expressions. */
export const literalsOf = (source: string): Literal[] => {
  const found: Literal[] = [];
  let index = 0;

  const lineAt = (position: number) => source.slice(0, position).split("\n").length;
  const leadOf = (code: string): Literal["lead"] => {
    if (/\bsql$/.test(code)) return "sql";
    return /\brawSql\(\s*$/.test(code) ? "rawSql(" : "";
  };

  const readQuoted = (quote: string, code: string) => {
    const start = index;
    index += 1;
    while (index < source.length && source[index] !== quote) index += source[index] === "\\" ? 2 : 1;
    found.push({ text: source.slice(start + 1, index), lead: leadOf(code), line: lineAt(start) });
    index += 1;
  };

  const readTemplate = (code: string) => {
    const start = index;
    let text = "";
    index += 1;
    while (index < source.length && source[index] !== "`") {
      if (source.startsWith("${", index)) {
        index += 2;
        readCode("}");
        text += "$0";
        continue;
      }
      const width = source[index] === "\\" ? 2 : 1;
      text += source.slice(index, index + width);
      index += width;
    }
    index += 1;
    found.push({ text, lead: leadOf(code), line: lineAt(start) });
  };

  const readRegex = () => {
    index += 1;
    for (let inClass = false; index < source.length; index++) {
      const char = source[index];
      if (char === "\\") index += 1;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if ((char === "/" && !inClass) || char === "\n") break;
    }
    index += 1;
  };

  /** Reads code up to a closing brace that it does not open itself, or to the end. */
  const readCode = (until: "}" | "") => {
    let depth = 0;
    let code = "";
    while (index < source.length) {
      const char = source[index]!;
      if (source.startsWith("//", index)) index = endOf("\n");
      else if (source.startsWith("/*", index)) index = endOf("*/");
      else if (readLiteral(char, code)) code = '"';
      else {
        index += 1;
        if (char === "}" && depth === 0 && until === "}") return;
        if (char === "{") depth += 1;
        if (char === "}") depth -= 1;
        code = (code + char).slice(-40);
      }
    }
  };
  /** Reads a literal where one begins; false where none does. */
  const readLiteral = (char: string, code: string): boolean => {
    if (char === '"' || char === "'") readQuoted(char, code);
    else if (char === "`") readTemplate(code);
    else if (char === "/" && REGEX_MAY_FOLLOW.test(code.trimEnd())) readRegex();
    else return false;
    return true;
  };
  const endOf = (mark: string) => {
    const end = source.indexOf(mark, index + 2);
    return end === -1 ? source.length : end + mark.length;
  };

  readCode("");
  return found;
};

/** The module names that a source imports, exports from, or imports at run time. */
export const importsOf = (source: string): string[] => {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["']([^"']+)["']/gm;
  return [...source.matchAll(pattern)].map((match) => match[1]!);
};
