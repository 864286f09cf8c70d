import { StartupError } from "#platform";
import { prepareDemo } from "./demo.ts";
import { type Running, say, startApp, untilStopped } from "./running.ts";

export interface ServeOptions {
  readonly data?: string;
  readonly port?: string;
  readonly host?: string;
  readonly demo: boolean;
  readonly work: boolean;
}

const listen = async ({ app, config }: Running): Promise<string> => {
  try {
    await app.server.listen({ host: config.host, port: config.port });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const place = `${config.host}:${config.port}`;
    if (code === "EADDRINUSE") {
      throw new StartupError(
        `Port ${config.port} is in use by another program.`,
        `Stop that program, or choose another port: npm start -- --port ${config.port + 1}`,
      );
    }
    if (code === "EACCES") {
      throw new StartupError(`You may not listen on ${place}.`, "Choose a port from 1024 up with --port.");
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new StartupError(
        `This machine has no address ${config.host}.`,
        "Choose another one with --host.",
      );
    }
    throw new StartupError(`Listening on ${place} failed: ${message}.`, "Choose another --host or --port.");
  }
  const address = app.server.server.address() as { port: number };
  const host = config.host === "0.0.0.0" || config.host === "::" ? "localhost" : config.host;
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
};

/** Serves until it is asked to stop. */
export const serve = async (options: ServeOptions): Promise<void> => {
  const stopped = untilStopped();
  const running = await startApp(options);
  try {
    const address = await listen(running);
    if (options.work) await running.app.startWork();
    const interrupted = new AbortController();
    void stopped.then(() => interrupted.abort());
    const signIns = options.demo ? await prepareDemo(running, address, interrupted.signal) : null;
    if (!interrupted.signal.aborted) {
      say(`\nFealty is at ${address}  (API reference at ${address}/docs)`);
      for (const line of signIns ?? []) say(line);
      if ((await running.app.orgs.list()).length === 0) {
        say("There is no organisation yet. Make one: npx fealty setup <code> --name <name> --owner <e-mail>");
      }
      say("Ctrl-C stops it.");
    }
    await stopped;
    say("\nStopping …");
  } finally {
    await running.close();
  }
};
