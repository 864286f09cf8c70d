import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type MailSettings, parseMailSettings, StartupError } from "#platform";

export interface Config {
  /** Null: start the embedded server in `dataDirectory`. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Believe X-Forwarded-* of a proxy in front. */
  readonly trustProxy: boolean;
  /** How e-mail is sent; null: it is not. */
  readonly mail: MailSettings | null;
  /** Whether webhooks may lie on this machine and in private networks. */
  readonly privateWebhooks: boolean;
}

/** What the command line may say instead of the environment. */
export interface ConfigOverrides {
  readonly data?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}

const LEVELS = ["debug", "info", "warn", "error", "silent"];

const readCertificates = (path: string | undefined, problems: string[]): string | null => {
  if (path === undefined || path === "") return null;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    problems.push(`FEALTY_SMTP_CA names ${path}, which cannot be read (${code ?? "unknown"})`);
    return null;
  }
};

/** Reads every setting of the process, reports all problems at once, and returns one frozen object. The only reader of the environment. */
export const loadConfig = (
  overrides: ConfigOverrides = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config => {
  const problems: string[] = [];
  const port = overrides.port ?? environment.PORT ?? "4180";
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    problems.push(`the port must be a number from 0 to 65535, not "${port}"`);
  const logLevel = environment.LOG_LEVEL ?? "warn";
  if (!LEVELS.includes(logLevel))
    problems.push(`LOG_LEVEL must be one of ${LEVELS.join(", ")}, not "${logLevel}"`);
  const databaseUrl = environment.DATABASE_URL === "" ? null : (environment.DATABASE_URL ?? null);
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push('DATABASE_URL must begin with "postgres://" or "postgresql://"');
  }
  const flag = (name: string): boolean => {
    const value = environment[name] ?? "0";
    if (value !== "0" && value !== "1") problems.push(`${name} must be 0 or 1, not "${value}"`);
    return value === "1";
  };
  const config: Config = {
    databaseUrl,
    dataDirectory: resolve(overrides.data ?? environment.FEALTY_DATA ?? "data"),
    host: overrides.host ?? environment.HOST ?? "127.0.0.1",
    port: Number(port),
    logLevel,
    trustProxy: flag("FEALTY_TRUST_PROXY"),
    mail: parseMailSettings(
      {
        FEALTY_SMTP_URL: environment.FEALTY_SMTP_URL,
        FEALTY_MAIL_FROM: environment.FEALTY_MAIL_FROM,
        certificates: readCertificates(environment.FEALTY_SMTP_CA, problems),
      },
      problems,
    ),
    privateWebhooks: flag("FEALTY_PRIVATE_WEBHOOKS"),
  };
  if (problems.length > 0) {
    throw new StartupError(
      `The settings are not usable: ${problems.join("; ")}.`,
      "Correct them and start again.",
    );
  }
  return Object.freeze(config);
};
