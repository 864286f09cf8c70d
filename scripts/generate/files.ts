import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { EVENT_TYPES, schemaOf } from "../../src/webhooks/index.ts";
import { compatibilityPage, readOperations } from "./compatibility.ts";
import { describeApi } from "./description.ts";
import { typesOf } from "./types.ts";

/** The project's folder, with a closing slash. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Every generated file of the project: path from its folder → text. */
export const generatedFiles = async (): Promise<ReadonlyMap<string, string>> => {
  const description = await describeApi();
  const operations = readOperations(await readFile(`${ROOT}docs/api-operations.tsv`, "utf8"));
  return new Map([
    ["docs/openapi.json", `${JSON.stringify(description, null, 1)}\n`],
    ["docs/compatibility.md", compatibilityPage(operations, description)],
    ["console/src/api/schema.ts", typesOf(description)],
    ...EVENT_TYPES.map(
      (type) => [`docs/events/${type.name}.json`, `${JSON.stringify(schemaOf(type), null, 2)}\n`] as const,
    ),
  ]);
};
