import type { KnownNames } from "#expressions";
import type { Db } from "#platform";
import { errors } from "../errors.ts";
import { createProgramCache } from "./cache.ts";
import { createComparisons } from "./compare/sides.ts";
import type { Author, Changing, GetProgram, ProgramDetails, ProgramInput, ProgramParts } from "./parts.ts";
import { checkText, createPublication, lockedProgram } from "./publication.ts";
import * as store from "./store.ts";
import { createTrials } from "./trial.ts";

/** Characters that the documentation bars from a program's name, and control characters. */
const BARRED = /[!@#$%^&*()\-_=+\\|{};:/?.>\p{Cc}]/u;
const MOST_RATIO = 1_000_000;

/** Programs as they are edited and published; and, compiled in memory, as decisions follow them. */
export const createPrograms = (parts: ProgramParts) => {
  const { db, orgs, log } = parts;
  const cache = createProgramCache(db, orgs, log);
  const reads = createReads(db);

  const changing: Changing = async (orgId, work) => {
    const result = await db.transaction(orgId, async (tx) => {
      const made = await work(tx);
      await store.announceChange(tx, orgId);
      return made;
    });
    cache.forget(orgId);
    return result;
  };

  return {
    /** Published programs, compiled, from memory. Empties by itself when something changes anywhere. */
    programs: cache.get,
    /** Names of the published programs by id. */
    programNames: async (orgId: number): Promise<ReadonlyMap<number, string>> =>
      new Map((await cache.get(orgId)).all.map((program) => [program.programId, program.name])),
    /** Names of the published alternate currencies by id. */
    currencyNames: async (orgId: number): Promise<ReadonlyMap<number, { readonly name: string }>> =>
      new Map(
        (await cache.get(orgId)).all.flatMap(({ newest }) =>
          [...newest.currencies.values()].map(({ id, name }) => [id, { name }] as const),
        ),
      ),
    ...reads,
    ...createProgramWrites(parts, changing, reads.getProgram),
    ...createPublication(parts, changing, reads.getProgram),
    ...createComparisons(db),
    ...createTrials(parts),
    /** Names that published programs chose, for editors of conditions. */
    knownNames: async (orgId: number): Promise<KnownNames> => {
      const { all } = await cache.get(orgId);
      return {
        program: all.map(({ newest }) => newest.name),
        tier: [...new Set(all.flatMap(({ newest }) => newest.tiers.map(({ name }) => name)))],
      };
    },
  };
};

const createReads = (db: Db) => {
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

  return { listPrograms, getProgram };
};

const createProgramWrites = ({ ids, clock }: ProgramParts, changing: Changing, getProgram: GetProgram) => {
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
      const row = await lockedProgram(tx, orgId, id);
      const name = change.name === undefined ? row.name : checkName(change.name);
      const description = change.description ?? row.description;
      checkText(description, "description");
      const pointsToCurrencyRatio = checkRatio(change.pointsToCurrencyRatio ?? row.pointsToCurrencyRatio);
      const isTaken = await store.nameIsTaken(tx, orgId, id, name);
      if (
        isTaken ||
        !(await store.updateProgram(tx, orgId, { ...row, name, description, pointsToCurrencyRatio }))
      )
        throw errors.name_taken({ name, field: "name" });
    });
    return getProgram(orgId, id);
  };

  return { createProgram, updateProgram };
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
