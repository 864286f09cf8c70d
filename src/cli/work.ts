import { say, startApp, untilStopped } from "./running.ts";

/** Does background work until it is asked to stop. */
export const work = async (options: { readonly data?: string }): Promise<void> => {
  const stopped = untilStopped();
  const running = await startApp(options);
  try {
    await running.app.startWork();
    say("Fealty works in the background. Ctrl-C stops it.");
    await stopped;
  } finally {
    await running.close();
  }
};
