import { type Logger as PinoLogger, pino } from "pino";

export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error" | "isLevelEnabled">;

/** One JSON line per event on standard error; names of secrets never reach it. */
export const createLog = (level: string): PinoLogger =>
  pino(
    {
      level,
      base: null,
      redact: ["password", "secret", "authorization", "*.password", "*.secret", "*.authorization", "headers"],
    },
    pino.destination({ dest: 2, sync: false }),
  );
