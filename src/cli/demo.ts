import { join } from "node:path";
import { createDemo, type Demo, type DemoSignIns } from "../demo/index.ts";
import { progressLine } from "./progress.ts";
import { type Running, say, startApp, untilStopped } from "./running.ts";

const describe = ({ signIns }: Demo, directory: string): string[] =>
  signIns === null ? describeKept(directory) : describeSignIns(signIns, directory);

const describeKept = (directory: string): string[] => [
  "",
  `The demo organisation is there, and ${join(directory, "demo.json")} is not: its sign-ins, as of the backup, stay as they are.`,
  `Should they be lost, stop this and make new ones with: npx fealty demo --data ${directory}`,
];

const describeSignIns = (signIns: DemoSignIns, directory: string): string[] => [
  "",
  `Demo organisation: ${signIns.organisation.name}. Sign in to the console as`,
  ...signIns.users.map((user) => `  ${user.email.padEnd(24)} ${user.password.padEnd(20)} ${user.role}`),
  `Tills and an API client for scripts: ${join(directory, "demo.json")}`,
];

const build = async (
  { app, config }: Running,
  address: string,
  signal: AbortSignal,
  renew: boolean,
): Promise<Demo> => {
  const show = progressLine();
  let began = false;
  const demo = await createDemo(app, {
    directory: config.dataDirectory,
    address,
    signal,
    renew,
    onProgress: ({ bytesRead, bytesTotal, rowsRead }) => {
      if (!began) say("\nReplaying nine months of a real shop's purchases …");
      began = true;
      show(bytesRead / Math.max(1, bytesTotal), `${rowsRead} lines`);
    },
  });
  show.end();
  return demo;
};

/**
 * On the first start creates the demo organisation and replays its purchases; on later ones goes on with a replay that was
 * cut short. Answers with the lines to print, or null where the database holds other organisations and no demo.
 */
export const prepareDemo = async (
  running: Running,
  address: string,
  signal: AbortSignal,
): Promise<readonly string[] | null> => {
  const organisations = await running.app.orgs.list();
  if (organisations.length > 0 && !organisations.some(({ code }) => code === "abc")) return null;
  return describe(await build(running, address, signal, false), running.config.dataDirectory);
};

/** Creates the demo organisation whatever else is there, or finishes its replay; makes new sign-ins where their file is gone. */
export const demo = async (options: { readonly data?: string }): Promise<void> => {
  const stopped = untilStopped();
  const running = await startApp(options);
  try {
    const interrupted = new AbortController();
    void stopped.then(() => interrupted.abort());
    const { host, port } = running.config;
    const made = await build(running, `http://${host}:${port}`, interrupted.signal, true);
    for (const line of describe(made, running.config.dataDirectory)) say(line);
    say(
      made.run.status === "finished" ? "" : "The replay is not complete; start `fealty demo` again to go on.",
    );
  } finally {
    await running.close();
  }
};
