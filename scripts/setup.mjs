// What `npm start`, `npm test`, `npm run dev` and `npm run bench` share: installing what is missing and building the console.
// Plain Node without packages, since there are none yet on a fresh machine.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, with a closing slash. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Of each supported line that had releases before what we need. */
const OLDEST = { 20: 19, 22: 12 };

/**
 * Runs a program in the checkout and resolves to its exit code, 128 + n after signal n. `quiet` keeps its output back and
 * shows it only when it failed.
 */
export const run = (command, args, { env = process.env, quiet = false } = {}) =>
  new Promise((resolve, reject) => {
    const stdio = quiet ? ["ignore", "pipe", "pipe"] : "inherit";
    const child = spawn(command, args, { cwd: ROOT, env, stdio });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    let interrupted = false;
    const interrupt = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, interrupt);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const status = exitCode(code, signal);
      for (const each of STOP_SIGNALS) process.off(each, interrupt);
      if (interrupted) process.exit(status || 130);
      if (status !== 0) process.stderr.write(Buffer.concat(chunks));
      resolve(status);
    });
  });

export const exitCode = (code, signal) =>
  code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0);

/** Runs a program of an installed package, as `npx` would, with this Node and without npx's start-up time. */
export const runTool = (path, args, options) =>
  run(process.execPath, [join(ROOT, "node_modules", path), ...args], options);

/**
 * Installs the packages of the lockfile unless they are there. mode "prod": what a server needs; "full": also what tests,
 * types and lint need. npm's own record of what it installed decides, so an `npm ci` by hand counts as well.
 */
export const ensureInstalled = async (mode) => {
  const missing = await missingPackage(mode);
  if (missing === null) return;
  const reason = existsSync(join(ROOT, "node_modules")) ? ` (${missing} is missing or another version)` : "";
  process.stdout.write(
    `Installing the packages${mode === "prod" ? "" : ", those for tests too"}${reason} …\n`,
  );
  const started = Date.now();
  const args = [
    "ci",
    mode === "prod" ? "--omit=dev" : "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const [command, ...before] = npmCommand();
  const status = await run(command, [...before, ...args]);
  if (status !== 0) {
    throw new SetupFailure(
      `npm could not install the packages (its reason is above).`,
      `Check that the package registry can be reached and that ${ROOT} may be written, then start again.`,
      status,
    );
  }
  process.stdout.write(`Installed in ${seconds(started)}.\n`);
};

/** The first package that is not installed as the lockfile says, or null. */
const missingPackage = async (mode) => {
  const wanted = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")).packages;
  const record = await readFile(join(ROOT, "node_modules", ".package-lock.json"), "utf8").catch(() => "{}");
  const installed = JSON.parse(record).packages ?? {};
  for (const [path, { version, dev, devOptional, optional, peer, link }] of Object.entries(wanted)) {
    // Optional ones depend on the machine.
    if (path === "" || link || optional || devOptional || (peer && !installed[path])) continue;
    if (dev && mode === "prod") continue;
    if (installed[path]?.version !== version) return path.replace(/^.*node_modules\//, "");
  }
  return null;
};

/** The npm that runs us, else the one beside this Node, else the first in the PATH. */
const npmCommand = () => {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const script = [process.env.npm_execpath, beside].find(
    (path) => path?.endsWith("npm-cli.js") && existsSync(path),
  );
  return script ? [process.execPath, script] : ["npm"];
};

/** Builds the console into console/dist unless the last build was of the same sources. */
export const buildConsole = async () => {
  if (!existsSync(join(ROOT, "console", "vite.config.ts"))) return;
  const stamp = join(ROOT, "console", "dist", ".stamp");
  const hash = await hashSources();
  if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return;
  process.stdout.write("Building the console …\n");
  const started = Date.now();
  const status = await runTool("vite/bin/vite.js", ["build", "console", "--logLevel", "warn"], {
    quiet: true,
  });
  if (status !== 0) {
    throw new SetupFailure(
      "The console could not be built (the reason is above).",
      "The reason is above; mend it, or start a version of Fealty whose console builds.",
    );
  }
  await writeFile(stamp, hash);
  process.stdout.write(`Built in ${seconds(started)}.\n`);
};

const hashSources = async () => {
  const hash = createHash("sha256");
  const add = async (path) => {
    const content = await readFile(path);
    hash.update(`${path.slice(ROOT.length)}\0${content.length}\0`).update(content);
  };
  await add(join(ROOT, "package-lock.json"));
  for (const path of await filesUnder(join(ROOT, "console"))) await add(path);
  return hash.digest("hex");
};

const filesUnder = async (folder) => {
  const paths = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) paths.push(path);
    else if (entry.name !== "dist" && entry.name !== "node_modules") paths.push(...(await filesUnder(path)));
  }
  return paths.sort();
};

/** "3.2 s" since a moment of Date.now(). */
export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** The set-up cannot go on: what happened, what to do about it, and the exit code. */
export class SetupFailure extends Error {
  constructor(sentence, advice, status = 1) {
    super(`${sentence}\n${advice}`);
    this.status = status;
  }
}

/** For the catch of a whole script: tells a SetupFailure without its stack, and sets the exit code. */
export const report = (error) => {
  process.stderr.write(`\n${error instanceof SetupFailure ? error.message : error.stack}\n`);
  process.exitCode = error.status ?? 1;
};

/** Raises SetupFailure on a Node that Fealty cannot run on; returns a line to show, or "". */
export const checkNode = (version = process.versions.node) => {
  const [major, minor] = version.split(".").map(Number);
  if (major < 24 && !(minor >= OLDEST[major])) {
    throw new SetupFailure(
      `Fealty needs Node.js 24, 22 (from 22.12) or 20 (from 20.19), and this is ${version}.`,
      "Install a newer one from https://nodejs.org, then run this again.",
    );
  }
  if (major >= 22) return "";
  return `Note: Node.js ${major} is past its end of life. Fealty runs on it, but Node.js 24 is maintained and faster.\n`;
};

/**
 * Keeps children running until one of them ends or we are told to stop; then stops the others, and ends with the code of
 * the first that ended. The children have process groups of their own: Ctrl-C in a terminal reaches the whole group
 * and npm passes it on once more, and a server must not take the echo for the impatience of its user.
 */
export const supervise = (commands) => {
  const children = new Set();
  let status = null;
  let stopped = 0;
  const stop = (signal) => {
    if (Date.now() - stopped < 1000) return;
    stopped = Date.now();
    for (const child of children) child.kill(signal);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop(signal === "SIGHUP" ? "SIGTERM" : signal));
  // npm that is killed can no longer pass on a signal, and a shell between npm and us never does.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && status === null && stop("SIGTERM"), 250).unref();
  }
  for (const { args, env } of commands) {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: "inherit",
      detached: true,
    });
    children.add(child);
    child.on("exit", (code, signal) => {
      children.delete(child);
      status ??= exitCode(code, signal);
      stop("SIGTERM");
      if (children.size === 0) process.exit(status);
    });
  }
};
