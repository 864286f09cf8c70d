import type { Running } from "./running.ts";

/** Creates the demo organisation on the first start and replays its purchases; answers with the lines to print. */
export const prepareDemo = async (_running: Running, _address: string, _signal: AbortSignal): Promise<readonly string[] | null> => null;

export const demo = async (_options: { readonly data?: string }): Promise<void> => {};
