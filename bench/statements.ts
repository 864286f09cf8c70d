import type pg from "pg";

export interface StatementTime {
  /** Our names of the statements, as their comments have them; several when they are sent as one. */
  readonly name: string;
  readonly calls: number;
  readonly planSeconds: number;
  readonly runSeconds: number;
}

export interface StatementTimes {
  /** Counts the statements of connections that are made from now on. */
  enable(): Promise<void>;
  /** Forgets what was counted so far. */
  reset(): Promise<void>;
  /** What was counted, the longest first. */
  read(): Promise<readonly StatementTime[]>;
  disable(): Promise<void>;
}

interface Row {
  readonly query: string;
  readonly calls: number;
  readonly plan: number;
  readonly run: number;
}

const TOP = 15;
const EXTENSION = "pg_stat_statements";

/** Loaded but counting nothing, so that measurements without profile run as in any other server. */
export const PRELOAD = [
  `alter system set shared_preload_libraries = '${EXTENSION}'`,
  `alter system set ${EXTENSION}.track = 'none'`,
  `alter system set ${EXTENSION}.track_planning = on`,
];

/** By the names in comments; PostgreSQL drops the first one, so by verb and table where that was the only one. */
const nameOf = (query: string): string => {
  const names = [...query.matchAll(/\/\* ([a-z_.]+) \*\//g)].map((match) => match[1]!);
  if (names.length > 0) return names.join(" + ");
  const [verb] = /\w+/.exec(query) ?? [""];
  const table = /(?:from|into|update)\s+(\w+\.\w+)/i.exec(query)?.[1];
  return table === undefined ? query.replace(/\s+/g, " ").slice(0, 60) : `${verb} ${table}`;
};

/** PostgreSQL's own account of its statements in one database; null where the server does not keep one. */
export const findStatementTimes = async (
  admin: pg.ClientBase,
  database: string,
): Promise<StatementTimes | null> => {
  const { rows } = await admin.query<{ loaded: boolean }>(
    "select current_setting('shared_preload_libraries') like $1 as loaded",
    [`%${EXTENSION}%`],
  );
  const isUsable =
    rows[0]!.loaded &&
    (await admin.query(`create extension if not exists ${EXTENSION}`).then(
      () => true,
      () => false,
    ));
  if (!isUsable) return null;
  return {
    enable: async () => {
      await admin.query(`alter database ${database} set ${EXTENSION}.track = 'top'`);
    },
    disable: async () => {
      await admin.query(`alter database ${database} reset ${EXTENSION}.track`);
    },
    reset: async () => {
      await admin.query(`select ${EXTENSION}_reset()`);
    },
    read: async () => {
      const { rows: found } = await admin.query<Row>(
        `select query, calls::float8 as calls, total_plan_time as plan, total_exec_time as run
           from ${EXTENSION} where dbid = (select oid from pg_database where datname = current_database())
          order by total_plan_time + total_exec_time desc limit ${TOP}`,
      );
      return found.map(({ query, calls, plan, run }) => ({
        name: nameOf(query),
        calls,
        planSeconds: plan / 1000,
        runSeconds: run / 1000,
      }));
    },
  };
};
