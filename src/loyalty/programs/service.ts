import type { Organisation, Orgs } from "#orgs";
import { type Clock, type Db, formatIso, type Ids, type Instant, type Logger, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { createProgramCache } from "./cache.ts";
import { catalogueOf, checkExpression, type ExpressionReport } from "./conditions.ts";
import type { Problem, ProgramDefinition } from "./schema.ts";
import * as store from "./store.ts";
import { validateDefinition } from "./validate.ts";

/** Who changes something: an Actor of identity fits. */
export interface Author {
  readonly orgId: number;
  readonly name: string;
}

export interface ProgramInput {
  readonly name: string;
  readonly description?: string;
  /** Currency units that a point is worth. */
  readonly pointsToCurrencyRatio?: number;
}

export interface ProgramSummary {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly pointsToCurrencyRatio: number;
  readonly publishedVersion: number | null;
  readonly memberCount: number;
  readonly hasDraft: boolean;
}

export interface ProgramDetails extends ProgramSummary {
  /** The newest published definition. */
  readonly definition: ProgramDefinition | null;
  readonly draft: unknown;
  readonly draftUpdatedAt: Date | null;
  readonly versions: readonly {
    readonly version: number;
    readonly publishedAt: Date;
    readonly publishedBy: string;
    readonly effectiveFrom: Date;
  }[];
}

export interface ProgramParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly log: Logger;
}

/** Characters that the documentation bars from a program's name, and control characters. */
const BARRED = /[!@#$%^&*()\-_=+\\|{};:/?.>\p{Cc}]/u;
const MOST_RATIO = 1_000_000;
/** What jsonb cannot hold: zero characters and halves of surrogate pairs, as JSON.stringify writes them. */
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** Programs as they are edited and published; and, compiled in memory, as decisions follow them. */
export const createPrograms = ({ db, ids, clock, orgs, log }: ProgramParts) => {
  const cache = createProgramCache(db, orgs, log);

  const changing = async <T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await db.transaction(orgId, async (tx) => {
      const made = await work(tx);
      await store.announceChange(tx, orgId);
      return made;
    });
    cache.forget(orgId);
    return result;
  };

  const lock = async (tx: Tx, orgId: number, id: number): Promise<store.ProgramRow> => {
    const row = await store.lockProgram(tx, orgId, id);
    if (row === null) throw errors.unknown_program({ id });
    return row;
  };

  const judge = async (tx: Tx, organisation: Organisation, id: number, draft: unknown) => {
    const newest = await store.findNewestVersion(tx, organisation.id, id);
    const published = newest?.definition ?? null;
    const { moneyScale } = organisation;
    return {
      newest,
      ...validateDefinition(draft, { moneyScale, catalogue: catalogueOf(organisation), published }),
    };
  };

  /** Creates a program without rules yet; the organisation's first is its default. Errors: name_taken, bad_name, bad_ratio. */
  const createProgram = async (author: Author, input: ProgramInput): Promise<ProgramDetails> => {
    const { orgId } = author;
    const row = {
      id: await ids.take("program"),
      name: checkName(input.name),
      description: input.description ?? "",
      pointsToCurrencyRatio: checkRatio(input.pointsToCurrencyRatio ?? 1),
      createdAt: clock.now(),
    };
    checkText(row.description, "description");
    await changing(orgId, async (tx) => {
      // The first attempt may have met another first program; the second then is an ordinary one.
      if (await store.insertProgram(tx, orgId, row)) return;
      if (await store.nameIsTaken(tx, orgId, row.id, row.name))
        throw errors.name_taken({ name: row.name, field: "name" });
      if (!(await store.insertProgram(tx, orgId, row)))
        throw errors.name_taken({ name: row.name, field: "name" });
    });
    return getProgram(orgId, row.id);
  };

  /** Errors: unknown_program, name_taken, bad_name, bad_ratio. */
  const updateProgram = async (
    author: Author,
    id: number,
    change: Partial<ProgramInput>,
  ): Promise<ProgramDetails> => {
    const { orgId } = author;
    await changing(orgId, async (tx) => {
      const row = await lock(tx, orgId, id);
      const name = change.name === undefined ? row.name : checkName(change.name);
      const description = change.description ?? row.description;
      checkText(description, "description");
      const pointsToCurrencyRatio = checkRatio(change.pointsToCurrencyRatio ?? row.pointsToCurrencyRatio);
      if (await store.nameIsTaken(tx, orgId, id, name)) throw errors.name_taken({ name, field: "name" });
      await store.updateProgram(tx, orgId, { ...row, name, description, pointsToCurrencyRatio });
    });
    return getProgram(orgId, id);
  };

  /** Keeps a draft, finished or not, and says what would keep it from being published. Errors: unknown_program, bad_text. */
  const saveDraft = async (
    author: Author,
    id: number,
    draft: unknown,
  ): Promise<{ definition: unknown; problems: readonly Problem[] }> => {
    checkText(draft, "definition");
    const organisation = await orgs.get(author.orgId);
    return db.transaction(author.orgId, async (tx) => {
      await lock(tx, author.orgId, id);
      const { problems } = await judge(tx, organisation, id, draft);
      await store.saveDraft(tx, author.orgId, id, draft, clock.now());
      return { definition: draft, problems };
    });
  };

  /**
   * Publishes the draft as the next version, in force from `effectiveFrom` (now when absent). The first version may begin
   * in the past. Errors: unknown_program, no_draft, draft_has_problems, effective_in_past, effective_before_newest.
   */
  const publish = async (
    author: Author,
    id: number,
    effectiveFrom: Instant | null = null,
  ): Promise<ProgramDetails> => {
    const organisation = await orgs.get(author.orgId);
    await changing(author.orgId, async (tx) => {
      const row = await lock(tx, author.orgId, id);
      if (row.draft === null) throw errors.no_draft({ id });
      const { newest, definition, problems } = await judge(tx, organisation, id, row.draft);
      if (definition === null) throw draftHasProblems(problems);
      const now = clock.now();
      const from = new Date(effectiveFrom ?? now.getTime());
      if (newest !== null) checkOrder(newest, from, now, organisation.timeZone);
      await store.insertVersion(tx, author.orgId, {
        programId: id,
        version: (newest?.version ?? 0) + 1,
        definition,
        effectiveFrom: from,
        publishedAt: now,
        publishedBy: author.name,
      });
      await store.saveDraft(tx, author.orgId, id, null, null);
    });
    log.info({ organisation: author.orgId, program: id, by: author.name }, "published a program");
    return getProgram(author.orgId, id);
  };

  const listPrograms = async (orgId: number): Promise<ProgramDetails[]> =>
    db.transaction(orgId, async (tx) => {
      const [programs, versions, members] = await Promise.all([
        store.listPrograms(tx, orgId),
        store.listVersions(tx, orgId),
        store.countMembers(tx, orgId),
      ]);
      const counts = new Map(members.map((row) => [row.programId, row.members]));
      return programs.map((row) =>
        detailsOf(
          row,
          versions.filter((version) => version.programId === row.id),
          counts.get(row.id) ?? 0,
        ),
      );
    });

  /** Errors: unknown_program. */
  const getProgram = async (orgId: number, id: number): Promise<ProgramDetails> => {
    const program = (await listPrograms(orgId)).find((item) => item.id === id);
    if (program === undefined) throw errors.unknown_program({ id });
    return program;
  };

  return {
    /** Published programs, compiled, from memory. Empties by itself when something changes anywhere. */
    programs: cache.get,
    /** Names of the published programs by id. */
    programNames: async (orgId: number): Promise<ReadonlyMap<number, string>> =>
      new Map((await cache.get(orgId)).all.map((program) => [program.programId, program.name])),
    createProgram,
    updateProgram,
    saveDraft,
    publish,
    listPrograms,
    getProgram,
    /** Judges an expression as a rule's condition would be, with the organisation's fields. */
    checkExpression: async (orgId: number, text: string): Promise<ExpressionReport> =>
      checkExpression(text, catalogueOf(await orgs.get(orgId))),
  };
};

const checkName = (text: string): string => {
  const name = text.trim();
  const barred = name === "" ? " nothing but spaces" : BARRED.exec(name)?.[0];
  if (barred !== undefined) throw errors.bad_name({ character: barred, field: "name" });
  checkText(name, "name");
  return name;
};

const checkRatio = (ratio: number): number => {
  const exact = Math.round(ratio * 1e6) / 1e6;
  if (!(ratio >= 0 && ratio <= MOST_RATIO) || exact !== ratio)
    throw errors.bad_ratio({ field: "pointsToCurrencyRatio" });
  return ratio;
};

const checkText = (value: unknown, field: string): void => {
  if (UNKEEPABLE.test(JSON.stringify(value))) throw errors.bad_text({ field });
};

const draftHasProblems = (problems: readonly Problem[]) => {
  const first = problems[0]!;
  const count = problems.length === 1 ? "1 problem was" : `${problems.length} problems were`;
  const where = first.line === undefined ? "" : ` (line ${first.line}, column ${first.column})`;
  const path = first.path === "" ? "the definition" : first.path;
  return errors.draft_has_problems({
    count,
    path: `${path}${where}`,
    problem: first.message,
    field: first.path,
  });
};

const checkOrder = (newest: store.VersionRow, from: Date, now: Date, timeZone: string): void => {
  const { version } = newest;
  if (from.getTime() < now.getTime()) {
    const value = formatIso(from.getTime(), timeZone);
    throw errors.effective_in_past({ value, version, field: "effectiveFrom" });
  }
  if (from.getTime() <= newest.effectiveFrom.getTime()) {
    const begins = formatIso(newest.effectiveFrom.getTime(), timeZone);
    throw errors.effective_before_newest({ version, from: begins, field: "effectiveFrom" });
  }
};

const detailsOf = (
  row: store.ProgramRow,
  versions: readonly store.VersionRow[],
  memberCount: number,
): ProgramDetails => {
  const newest = versions.at(-1);
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    isDefault: row.isDefault,
    pointsToCurrencyRatio: row.pointsToCurrencyRatio,
    publishedVersion: newest?.version ?? null,
    memberCount,
    hasDraft: row.draft !== null,
    definition: newest?.definition ?? null,
    draft: row.draft,
    draftUpdatedAt: row.draftUpdatedAt,
    versions: versions
      .map(({ version, publishedAt, publishedBy, effectiveFrom }) => ({
        version,
        publishedAt,
        publishedBy,
        effectiveFrom,
      }))
      .reverse(),
  };
};
