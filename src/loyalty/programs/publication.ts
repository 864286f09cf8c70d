import { catalogueAt } from "#expressions";
import type { Organisation } from "#orgs";
import { formatIso, type Instant, type Tx } from "#platform";
import { errors } from "../errors.ts";
import type { TakenCurrencies } from "./currencies.ts";
import type { Author, Changing, GetProgram, ProgramDetails, ProgramParts } from "./parts.ts";
import type { Problem, ProgramDefinition } from "./schema.ts";
import * as store from "./store.ts";
import { movesMembers, tierMovesBetween } from "./tier-moves.ts";
import { validateDefinition } from "./validate.ts";

/** What jsonb cannot hold: zero characters and halves of surrogate pairs, as JSON.stringify writes them. */
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** A definition needs fewer than ten levels; much deeper ones only serve to exhaust a stack. */
const MOST_LEVELS = 30;

/** Refuses what cannot be kept. Errors: bad_text, too_deep. */
export const checkText = (value: unknown, field: string): void => {
  if (isDeeperThan(value, MOST_LEVELS)) throw errors.too_deep({ field, levels: MOST_LEVELS });
  if (UNKEEPABLE.test(JSON.stringify(value))) throw errors.bad_text({ field });
};

/** Level by level, because recursion is what a deep value breaks. */
const isDeeperThan = (value: unknown, levels: number): boolean => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
};

/** The program, locked against other editors. Errors: unknown_program. */
export const lockedProgram = async (tx: Tx, orgId: number, id: number): Promise<store.ProgramRow> => {
  const row = await store.lockProgram(tx, orgId, id);
  if (row === null) throw errors.unknown_program({ id });
  return row;
};

/** Currencies of the organisation's other programs: ids are unique over all of them, because entries carry only the id. */
const takenCurrencies = async (
  tx: Tx,
  orgId: number,
  id: number,
  draft: unknown,
): Promise<TakenCurrencies> => {
  const currencies = (draft as { currencies?: unknown } | null)?.currencies;
  if (!Array.isArray(currencies) || currencies.length === 0) return new Map();
  const [programs, versions] = await Promise.all([
    store.listPrograms(tx, orgId),
    store.listVersions(tx, orgId),
  ]);
  const names = new Map(programs.map((program) => [program.id, program.name]));
  return new Map(
    versions
      .filter(({ programId }) => programId !== id)
      .flatMap(({ programId, definition }) =>
        (definition.currencies ?? []).map((currency) => [currency.id, names.get(programId) ?? ""] as const),
      ),
  );
};

/** Drafts, and how they become versions. */
export const createPublication = (
  { db, clock, orgs, log }: ProgramParts,
  changing: Changing,
  getProgram: GetProgram,
) => {
  const judge = async (tx: Tx, organisation: Organisation, id: number, draft: unknown) => {
    const newest = await store.findNewestVersion(tx, organisation.id, id);
    const published = newest?.definition ?? null;
    const { moneyScale } = organisation;
    return {
      newest,
      ...validateDefinition(draft, {
        moneyScale,
        catalogue: (place) => catalogueAt(organisation, place),
        published,
        takenCurrencies: await takenCurrencies(tx, organisation.id, id, draft),
      }),
    };
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
      await lockedProgram(tx, author.orgId, id);
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
      // All of them: what is unique over programs is judged against those that are published now.
      await store.lockPrograms(tx, author.orgId);
      const row = await lockedProgram(tx, author.orgId, id);
      if (row.draft === null) throw errors.no_draft({ id });
      const { newest, definition, problems } = await judge(tx, organisation, id, row.draft);
      if (definition === null) throw draftHasProblems(problems);
      const now = clock.now();
      const from = new Date(effectiveFrom ?? now.getTime());
      if (newest !== null) checkOrder(newest, from, now, organisation.timeZone);
      if (newest !== null && movesMembers(tierMovesBetween(newest.definition, definition))) {
        // What members hold is read by the newest version, which must decide by then.
        if (from.getTime() > now.getTime())
          throw errors.tiers_move_at_once({
            value: formatIso(from.getTime(), organisation.timeZone),
            field: "effectiveFrom",
          });
        await store.numberTiersAnew(tx, author.orgId, id);
      }
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

  /**
   * Makes the draft what a version was, to publish that anew: a roll-back. A draft that is there is given up only when asked to.
   * Errors: unknown_program, unknown_version, draft_exists.
   */
  const draftOfVersion = async (
    author: Author,
    id: number,
    version: number,
    replace: boolean,
  ): Promise<{ definition: ProgramDefinition; problems: readonly Problem[] }> => {
    const { orgId } = author;
    const organisation = await orgs.get(orgId);
    return db.transaction(orgId, async (tx) => {
      const { draft } = await lockedProgram(tx, orgId, id);
      const row = await store.findVersion(tx, orgId, id, version);
      if (row === null) throw errors.unknown_version({ id, version });
      if (draft !== null && !replace) throw errors.draft_exists({ id, version, field: "replace" });
      const { problems } = await judge(tx, organisation, id, row.definition);
      await store.saveDraft(tx, orgId, id, row.definition, clock.now());
      return { definition: row.definition, problems };
    });
  };

  /** Judges a definition as one to publish, and keeps nothing. Errors: unknown_program, bad_text. */
  const judgeDefinition = async (orgId: number, id: number, definition: unknown) => {
    checkText(definition, "definition");
    const organisation = await orgs.get(orgId);
    return db.transaction(orgId, async (tx) => {
      if ((await store.findProgram(tx, orgId, id)) === null) throw errors.unknown_program({ id });
      const { newest, ...judged } = await judge(tx, organisation, id, definition);
      return judged;
    });
  };

  return { saveDraft, publish, draftOfVersion, judgeDefinition };
};

/** The refusal of a definition that cannot be published, with the first of its problems. */
export const draftHasProblems = (problems: readonly Problem[]) => {
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
