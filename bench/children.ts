import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PATIENCE_MILLISECONDS = 20_000;

const children = new Set<ChildProcess>();
const endings: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | null = null;

/** Runs `work` when the benchmark ends, however it ends; the last one given runs first. */
export const atEnd = (work: () => Promise<unknown>): void => {
  endings.push(work);
};

/** Stops every child and undoes what was set up. Safe to call twice. */
export const end = (): Promise<void> => {
  ending ??= (async () => {
    await Promise.all([...children].map(stopChild));
    for (const work of endings.reverse()) {
      await work().catch((error: Error) => process.stderr.write(`while tidying up: ${error.message}\n`));
    }
  })();
  return ending;
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Asks a child to end, insists after a while, and waits until it is gone. */
export const stopChild = async (child: ChildProcess): Promise<void> => {
  if (hasEnded(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MILLISECONDS);
  await gone;
  clearTimeout(insist);
};

export type Environment = Readonly<Record<string, string>>;

/** A child with a process group of its own: Ctrl-C in the terminal reaches it through us alone, and once. */
export const startChild = (
  command: string,
  args: readonly string[],
  environment: Environment = {},
): ChildProcess => {
  if (ending !== null) throw new Error("the benchmark is ending");
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
};

/** Runs a program to its end and resolves to what it wrote on standard output. Rejects when it fails. */
export const runChild = async (
  command: string,
  args: readonly string[],
  environment: Environment = {},
  onStart: (pid: number) => void = () => {},
): Promise<string> => {
  const child = startChild(command, args, environment);
  let [output, problems] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    problems = (problems + chunk.toString()).slice(-4000);
  });
  if (child.pid !== undefined) onStart(child.pid);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0)
    throw new Error(`${command} ended with ${code ?? signal}: ${problems || output.slice(-4000)}`);
  return output;
};

const COMMAND_LINE = ["--import", "./bench/preload.mjs", "--import", "tsx", "src/main.ts"];

/** Runs a command of `fealty` to its end. */
export const runFealty = (
  args: readonly string[],
  environment: Environment,
  onStart?: (pid: number) => void,
): Promise<string> => runChild(process.execPath, [...COMMAND_LINE, ...args], environment, onStart);

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Begins the CPU profile that `BENCH_PROFILE` names, or ends and writes it. */
  toggleProfile(): void;
  stop(): Promise<void>;
}

/** Starts `fealty serve`, with its background work, on a free port and waits until it serves. */
export const startServer = (environment: Environment): Promise<ServerProcess> =>
  new Promise((resolve, reject) => {
    const args = [...COMMAND_LINE, "serve", "--port", "0", "--no-demo"];
    const child = startChild(process.execPath, args, environment);
    let output = "";
    let stopping = false;
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8000);
      const port = /Fealty is at http:\/\/[^\s:]+:(\d+)/.exec(output)?.[1];
      if (port === undefined || child.pid === undefined) return;
      resolve({
        pid: child.pid,
        port: Number(port),
        toggleProfile: () => child.kill("SIGUSR2"),
        stop: () => {
          stopping = true;
          return stopChild(child);
        },
      });
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      const sentence = `the server ended with ${code ?? signal}: ${output}`;
      // Whoever measures meets closed connections; this is the reason.
      if (!stopping && ending === null) process.stderr.write(`${sentence}\n`);
      reject(new Error(sentence));
    });
  });
