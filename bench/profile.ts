import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);

interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** Line of the TypeScript source, from 0, where it is known. */
  readonly sourceLine?: number;
}

interface RawProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Of the time in which the process was not idle, 0 to 1. */
  readonly share: number;
}

export interface Profile {
  /** Share of the whole time in which the process had something to do. */
  readonly busy: number;
  /** Self time by what it belongs to: a domain of ours, a package, Node, the collector. */
  readonly byPart: readonly Share[];
  readonly byFile: readonly Share[];
  readonly byFunction: readonly Share[];
}

const TOP = 25;
const NATIVE: Readonly<Record<string, string>> = {
  "(garbage collector)": "garbage collection",
  "(program)": "native code and system calls",
};

/** `src/ledger/store.ts`, `pg: lib/query.js`, `node:net`: without the place of the checkout. */
const fileOf = (functionName: string, url: string): string => {
  if (url === "") return NATIVE[functionName] ?? "built into the engine";
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/\?.*$/, "")) : url;
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path);
  if (inPackage !== null) return `${inPackage[1]}: ${inPackage[2]}`;
  const root = fileURLToPath(ROOT);
  return path.startsWith(root) ? path.slice(root.length) : path;
};

const DECLARED = /(?:const|let|function|class)\s+(\w+)|^\s*(?:async\s+)?(\w+)\s*[:(=]/;
const sources = new Map<string, readonly string[]>();

/** Compilation takes the names of most functions away; their lines in the source mostly still tell them. */
const nameOf = ({ functionName, url, sourceLine }: Frame): string => {
  if (functionName !== "" || sourceLine === undefined) return functionName || "(anonymous)";
  const path = fileURLToPath(url.replace(/\?.*$/, ""));
  let lines = sources.get(path);
  if (lines === undefined) {
    lines = readFileSync(path, "utf8").split("\n");
    sources.set(path, lines);
  }
  const found = DECLARED.exec(lines[sourceLine] ?? "");
  return found?.[1] ?? found?.[2] ?? `line ${sourceLine + 1}`;
};

const partOf = (file: string): string => {
  if (file.startsWith("src/")) return file.split("/").slice(0, 2).join("/");
  if (file.startsWith("node:")) return "Node.js";
  return file.includes(": ") ? file.slice(0, file.indexOf(":")) : file;
};

/** Reads a profile that V8 wrote and sums self times. */
export const readProfile = async (path: string): Promise<Profile> => {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(path, "utf8")) as RawProfile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const sums = {
    part: new Map<string, number>(),
    file: new Map<string, number>(),
    name: new Map<string, number>(),
  };
  let [total, idle] = [0, 0];
  samples.forEach((id, index) => {
    const frame = frames.get(id)!;
    const time = Math.max(0, timeDeltas[index] ?? 0);
    total += time;
    if (frame.functionName === "(idle)") {
      idle += time;
      return;
    }
    const file = fileOf(frame.functionName, frame.url);
    const add = (sum: Map<string, number>, key: string) => sum.set(key, (sum.get(key) ?? 0) + time);
    add(sums.part, partOf(file));
    add(sums.file, file);
    add(sums.name, `${nameOf(frame)}  ${file}`);
  });
  const busy = total - idle;
  const top = (sum: Map<string, number>): Share[] =>
    [...sum]
      .map(([name, time]) => ({ name, share: time / busy }))
      .sort((a, b) => b.share - a.share)
      .slice(0, TOP);
  return {
    busy: busy / total,
    byPart: top(sums.part),
    byFile: top(sums.file),
    byFunction: top(sums.name),
  };
};
