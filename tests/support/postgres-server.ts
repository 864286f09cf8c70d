import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate, migrateJobs } from "#platform";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { isAlive, readPid } from "../../src/platform/postgres-process.ts";
import { demoTemplate, run, type TestServer, withDatabase } from "./postgres.ts";

/** Vitest's global set-up: one PostgreSQL for the whole run, started when the first test asks for it. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  let started: Promise<Started> | null = null;
  const broker = createServer((_, response) => {
    started ??= start();
    started.then(
      ({ server }) => response.end(JSON.stringify(server)),
      (error: Error) => {
        response.statusCode = 500;
        response.end(error.message);
      },
    );
  });
  broker.listen(0, "127.0.0.1");
  await once(broker, "listening");
  project.provide("postgresAddress", `http://127.0.0.1:${(broker.address() as AddressInfo).port}/`);
  return async () => {
    broker.closeAllConnections();
    broker.close();
    await (await started?.catch(() => null))?.stop();
  };
};

interface Started {
  readonly server: TestServer;
  stop(): Promise<void>;
}

const start = async (): Promise<Started> => {
  const host = process.env.TEST_DATABASE_URL ? borrow(process.env.TEST_DATABASE_URL) : await startOwn();
  const template = `fealty_template_${randomBytes(4).toString("hex")}`;
  const stop = async () => {
    for (const name of [template, demoTemplate(template)])
      await run(host.connectionString, `drop database if exists ${name} with (force)`).catch(() => {});
    await host.stop();
  };
  try {
    await run(host.connectionString, `create database ${template}`);
    await migrate(withDatabase(host.connectionString, template));
    await migrateJobs(withDatabase(host.connectionString, template));
    return { server: { connectionString: host.connectionString, template }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

interface Host {
  readonly connectionString: string;
  stop(): Promise<void>;
}

const borrow = (connectionString: string): Host => ({ connectionString, stop: async () => {} });

const FOLDER = "fealty-tests-";

const startOwn = async (): Promise<Host> => {
  await removeAbandoned();
  const dataDirectory = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  const postgres = await startEmbeddedPostgres({ dataDirectory, durable: false });
  return {
    connectionString: postgres.connectionString,
    stop: async () => {
      await postgres.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
};

/** A run that was killed leaves its server running: end it before it adds up. */
const removeAbandoned = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const runner = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1];
    if (runner === undefined || (await isAlive(Number(runner)))) continue;
    const dataDirectory = join(tmpdir(), name);
    try {
      const pid = await readPid(join(dataDirectory, "postgres"));
      if (pid !== null) await (await startEmbeddedPostgres({ dataDirectory, durable: false })).stop();
      await rm(dataDirectory, { recursive: true, force: true });
    } catch {
      // Another user's, or another run removes it at the same moment.
    }
  }
};
