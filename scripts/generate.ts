// `npm run generate`: writes what is derived from the routes. tests/generated.test.ts fails when one of these is out of date.
import { readFile, writeFile } from "node:fs/promises";
import { generatedFiles, ROOT } from "./generate/files.ts";

for (const [path, text] of await generatedFiles()) {
  const before = await readFile(`${ROOT}${path}`, "utf8").catch(() => null);
  if (before !== text) await writeFile(`${ROOT}${path}`, text);
  process.stdout.write(`${before === text ? "unchanged" : "written  "}  ${path}\n`);
}
