import pg from "pg";
import { assert } from "./errors.ts";
import { combineWrites, encodeValue, type Sql } from "./sql.ts";
import { timestampParser } from "./timestamps.ts";

/** Runs statements inside one database transaction. Statements sent without awaiting in between share a round trip. */
export interface Tx {
  /** All rows. Column names and types are those of the statement. */
  rows<Row extends object>(statement: Sql): Promise<Row[]>;
  /** The row, or null; more than one is a bug. */
  maybeOne<Row extends object>(statement: Sql): Promise<Row | null>;
  /** The row; none or more than one is a bug. */
  one<Row extends object>(statement: Sql): Promise<Row>;
  /** Number of rows written. */
  run(statement: Sql): Promise<number>;
  /** Writes to different tables, as one statement; none of them may read what another writes. */
  runAll(statements: readonly Sql[]): Promise<void>;
  /**
   * Commits without waiting for what was sent before: the last writes and the commit share a round trip. Send it in the same
   * turn as those writes, await both, and send nothing after.
   */
  commit(): Promise<void>;
}

export interface Db {
  /**
   * A transaction that sees one organisation's rows only (row-level security). Retried whole when PostgreSQL asks for it
   * (serialisation failure, deadlock), so `work` must do nothing outside the database.
   */
  transaction<T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A transaction over all organisations: sign-in, relays, verification, migrations of data. Name the reason at the call. */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Like `system`, on a connection kept for it alone: safe inside another transaction, which holds a pooled connection and
   * must not wait for a second one. For short statements that wait for nobody, such as taking a block of ids.
   */
  apart<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls back with the payload of each NOTIFY on the channel; survives reconnects. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<void>;
  /** Called with no argument after the listening connection was lost and made anew: caches should empty. */
  onReconnect(callback: () => void): void;
  close(): Promise<void>;
}

// int8: ids and amounts stay below 2^53 by design; a value beyond it is a bug that must not be rounded away.
pg.types.setTypeParser(20, (text) => {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `an integer column holds ${text}, beyond 2^53`);
  return value;
});
pg.types.setTypeParser(1082, (text) => text);
pg.types.setTypeParser(1184, timestampParser(pg.types.getTypeParser(1184)));

/**
 * The connection was lost or refused, or the server is starting or stopping (SQLSTATE classes 08 and 57P, and the socket's own
 * codes). A commit that was under way has an unknown outcome.
 */
export const isDatabaseGone = (error: unknown): boolean => {
  const { code, message, syscall } = error as { code?: string; message?: string; syscall?: string };
  return (
    /^(08|57P0)/.test(code ?? "") ||
    ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code ?? "") ||
    (code === "ENOENT" && syscall === "connect") ||
    /^(Connection terminated|Client has encountered a connection error)/.test(message ?? "")
  );
};

/**
 * What was read before a lock turned out to be out of date under it: the transaction is run again whole, as if PostgreSQL had
 * asked for it.
 */
export class StaleRead extends Error {
  override readonly name = "StaleRead";
  readonly code = "40001";
}

const RETRYABLE = new Set(["40P01", "40001", "55P03"]);
const MAX_TRIES = 4;

/** The socket under a connection: pg does not type it, and holding writes back is all we do with it. */
interface Wire {
  readonly connection: { readonly stream: { cork(): void; uncork(): void } };
}

/** Statements sent within one turn go out in one write: a batch sends ten, and a system call each would cost more than they do. */
const holdBack = (client: pg.PoolClient): (() => void) => {
  const { stream } = (client as unknown as Wire).connection;
  let held = false;
  return () => {
    if (held) return;
    held = true;
    stream.cork();
    process.nextTick(() => {
      held = false;
      stream.uncork();
    });
  };
};

interface OpenTransaction {
  readonly tx: Tx;
  /** Ends it: does nothing when the work has committed itself. */
  end(): Promise<void>;
}

/** Begins a transaction with the text given, which travels with the first statement. */
const beginOn = (client: pg.PoolClient, opening: string): OpenTransaction => {
  const hold = holdBack(client);
  let committed: Promise<unknown> | null = null;
  const send = (text: string) => {
    hold();
    return client.query(text);
  };
  const query = (statement: Sql) => {
    hold();
    return client.query({
      name: statement.name,
      text: statement.text,
      values: statement.values.map(encodeValue),
    });
  };
  const opened = send(opening);
  // Not awaited here: when it fails, every later statement fails too, and `end` tells.
  opened.catch(() => {});
  const commit = () => {
    committed ??= send("commit").then(({ command }) => {
      // A statement failed and its error was swallowed: PostgreSQL rolls back and calls it success. We do not.
      assert(command === "COMMIT", "a transaction with a failed statement cannot be committed");
    });
    return committed;
  };
  const tx: Tx = {
    rows: async <Row extends object>(statement: Sql) => (await query(statement)).rows as Row[],
    maybeOne: async <Row extends object>(statement: Sql) => {
      const { rows } = await query(statement);
      assert(rows.length <= 1, `${statement.name} found ${rows.length} rows`);
      return (rows[0] as Row | undefined) ?? null;
    },
    one: async <Row extends object>(statement: Sql) => {
      const { rows } = await query(statement);
      assert(rows.length === 1, `${statement.name} found ${rows.length} rows instead of one`);
      return rows[0] as Row;
    },
    run: async (statement) => (await query(statement)).rowCount ?? 0,
    runAll: async (statements) => {
      if (statements.length > 0) await query(combineWrites(statements));
    },
    commit: async () => {
      await commit();
    },
  };
  return {
    tx,
    end: async () => {
      await opened;
      await commit();
    },
  };
};

export interface DbOptions {
  readonly connectionString: string;
  /** Connections at most; the commit path keeps two busy, the rest serve reads. */
  readonly maxConnections?: number;
  readonly onError?: (error: Error) => void;
}

/** Connects to a migrated database. Connections run as fealty_app, which row-level security binds. */
export const createDb = ({ connectionString, maxConnections = 12, onError = () => {} }: DbOptions): Db => {
  const createPool = (max: number) => {
    const made = new pg.Pool({
      connectionString,
      max,
      application_name: "fealty",
      pipeline: true,
      // Joins the first statement of the first transaction: a connection is never used under another role.
      onConnect: async (client: pg.ClientBase) => {
        await client.query("set role fealty_app");
      },
    } as pg.PoolConfig);
    made.on("error", onError);
    return made;
  };
  const pool = createPool(maxConnections);
  const apart = createPool(1);

  const attempt = async <T>(from: pg.Pool, opening: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const client = await from.connect();
    let broken: Error | boolean = false;
    try {
      const { tx, end } = beginOn(client, opening);
      try {
        const result = await work(tx);
        await end();
        return result;
      } catch (error) {
        await client.query("rollback").catch((lost: Error) => {
          broken = lost;
        });
        throw error;
      }
    } finally {
      client.release(broken);
    }
  };

  const withRetries = async <T>(
    opening: string,
    work: (tx: Tx) => Promise<T>,
    from: pg.Pool = pool,
  ): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(from, opening, work);
      } catch (error) {
        if (tries >= MAX_TRIES || !RETRYABLE.has((error as { code?: string }).code ?? "")) throw error;
      }
    }
  };

  const listener = createListener(connectionString, onError);
  return {
    transaction: (orgId, work) => {
      assert(Number.isSafeInteger(orgId) && orgId > 0, "a transaction needs an organisation");
      return withRetries(`begin; set local app.org_id = '${orgId}'`, work);
    },
    system: (work) => withRetries("begin; set local role fealty_system", work),
    apart: (work) => withRetries("begin; set local role fealty_system", work, apart),
    listen: listener.listen,
    onReconnect: listener.onReconnect,
    close: async () => {
      await listener.close();
      await Promise.all([pool.end(), apart.end()]);
    },
  };
};

const RECONNECT_MILLISECONDS = 500;

const createListener = (connectionString: string, onError: (error: Error) => void) => {
  const handlers = new Map<string, ((payload: string) => void)[]>();
  const reconnected: (() => void)[] = [];
  let client: Promise<pg.Client> | null = null;
  let closed = false;
  let waiting: NodeJS.Timeout | null = null;

  const connect = async (): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString, application_name: "fealty listener", keepAlive: true });
    let isLost = false;
    // pg tells of one loss twice, as an error and as an end: only the first counts, or each restart would double the listeners.
    const lose = (error: Error) => {
      if (isLost || closed) return;
      isLost = true;
      onError(error);
      made.removeAllListeners("notification");
      made.end().catch(() => {});
      client = null;
      reconnect();
    };
    made.on("notification", ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload ?? "");
    });
    made.on("error", lose);
    made.on("end", () => lose(new Error("the listening connection ended")));
    await made.connect();
    for (const channel of handlers.keys()) await made.query(`listen "${channel}"`);
    return made;
  };

  const reconnect = () => {
    if (closed || waiting !== null) return;
    waiting = setTimeout(() => {
      waiting = null;
      if (closed || client !== null) return;
      const made = connect();
      client = made;
      made.then(
        () => {
          for (const callback of reconnected) callback();
        },
        (error: Error) => {
          onError(error);
          if (client === made) client = null;
          reconnect();
        },
      );
    }, RECONNECT_MILLISECONDS);
    waiting.unref();
  };

  return {
    listen: async (channel: string, onNotify: (payload: string) => void) => {
      assert(/^[a-z_]+$/.test(channel), "channel names are ours, in lower case");
      const known = handlers.get(channel);
      if (known) {
        known.push(onNotify);
        return;
      }
      handlers.set(channel, [onNotify]);
      if (client !== null) await (await client).query(`listen "${channel}"`);
      else {
        // A failed connection is not kept: the next attempt makes another, and it listens to every known channel.
        client = connect();
        await client.catch((error: unknown) => {
          client = null;
          handlers.delete(channel);
          throw error;
        });
      }
    },
    onReconnect: (callback: () => void) => {
      reconnected.push(callback);
    },
    close: async () => {
      closed = true;
      await (await client?.catch(() => null))?.end();
    },
  };
};
