import type { Orgs } from "#orgs";
import { type Body, type Clock, type Db, type Ids, isObject, type Tx } from "#platform";
import type { Author } from "../programs/parts.ts";
import { createTargetCache } from "./cache.ts";
import { errors } from "./errors.ts";
import { parseGroup, parsePeriods, parseTargets, parseUnified } from "./parse-group.ts";
import { parseDefaults, parseExpression, type TargetInput } from "./parse-target.ts";
import { flagOf, listOf, nameOf, textOf } from "./parse-values.ts";
import type { Target, TargetGroup } from "./schema.ts";
import * as store from "./store.ts";

export type Targets = ReturnType<typeof createTargets>;

export interface TargetParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
}

export interface GroupFilter {
  readonly includeUserCreated: boolean;
  readonly onlyActive: boolean;
}

/** Definitions of targets: groups, periods, targets, combinations, streaks. */
export const createTargets = ({ db, ids, clock, orgs }: TargetParts) => {
  const cache = createTargetCache(db, orgs);

  const changing = async <T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await db.transaction(orgId, async (tx) => {
      const made = await work(tx);
      await store.announceTargets(tx, orgId);
      return made;
    });
    cache.forget(orgId);
    return result;
  };

  const read = async (tx: Tx, orgId: number, id: number): Promise<TargetGroup> => {
    const [group] = await store.listGroups(tx, orgId, [id]);
    if (group === undefined) throw errors.unknown_target_group({ id });
    return group;
  };

  /** Errors: unknown_target_group. */
  const get = (orgId: number, id: number): Promise<TargetGroup> =>
    db.transaction(orgId, (tx) => read(tx, orgId, id));

  const list = async (
    orgId: number,
    { includeUserCreated, onlyActive }: GroupFilter,
  ): Promise<TargetGroup[]> => {
    const groups = await db.transaction(orgId, (tx) => store.listGroups(tx, orgId));
    const now = clock.now().getTime();
    return groups.filter(
      (group) => (includeUserCreated || !group.isUserCreated) && (!onlyActive || isOpen(group, now)),
    );
  };

  /** Changes a group under its lock. */
  const changingGroup = (
    { orgId, name: by }: Author,
    id: number,
    change: (tx: Tx, group: TargetGroup, now: number) => Promise<TargetGroup>,
  ): Promise<TargetGroup> =>
    changing(orgId, async (tx) => {
      if (!(await store.lockGroup(tx, orgId, id))) throw errors.unknown_target_group({ id });
      const at = clock.now();
      const group = await change(tx, await read(tx, orgId, id), at.getTime());
      await store.updateGroup(tx, orgId, group, { at, by });
      return read(tx, orgId, id);
    });

  const targetsWithIds = async (groupId: number, inputs: readonly TargetInput[]): Promise<Target[]> => {
    const nextTarget = await ids.reserve("target", inputs.length);
    const nextStep = await ids.reserve(
      "target_step",
      inputs.reduce((sum, { steps }) => sum + steps.length, 0),
    );
    return inputs.map((input) => ({
      ...input,
      groupId,
      id: nextTarget(),
      steps: input.steps.map((step) => ({ ...step, id: nextStep() })),
    }));
  };

  const refuseTakenNames = async (
    tx: Tx,
    orgId: number,
    targets: readonly { readonly name: string }[],
  ): Promise<void> => {
    for (const [index, { name }] of targets.entries())
      if (await store.targetNameIsTaken(tx, orgId, name))
        throw errors.target_name_taken({ field: `targets[${index}].name`, name });
  };

  /** Errors: those of fields, target_name_taken. */
  const create = async ({ orgId, name: by }: Author, body: Body): Promise<TargetGroup> => {
    const at = clock.now();
    const input = parseGroup(await orgs.get(orgId), body, at.getTime());
    const { periods, targets, ...group } = input;
    // Of one row with targets: a combination is a target of its own.
    const id = await ids.take("target");
    const nextPeriod = await ids.reserve("target_period", periods.length);
    const rows = await targetsWithIds(id, targets);
    return changing(orgId, async (tx) => {
      await refuseTakenNames(tx, orgId, targets);
      const isMade = await store.insertGroup(tx, orgId, {
        ...group,
        ...{ id, createdAt: at, createdBy: by, updatedAt: at, updatedBy: by },
      });
      if (!isMade) throw errors.target_name_taken({ field: "name", name: group.name });
      await store.savePeriods(
        tx,
        orgId,
        id,
        periods.map((period) => ({ ...period, id: nextPeriod() })),
      );
      await store.saveTargets(tx, orgId, rows, at);
      return read(tx, orgId, id);
    });
  };

  /** Changes the name of a group and the names and expressions of its targets. */
  const edit = (author: Author, id: number, body: Body): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group, now) => {
      const { orgId } = author;
      const name = body.name === undefined ? group.name : nameOf(body.name, "name");
      if (name !== group.name) {
        if (isLive(group, now)) throw errors.target_is_live({ field: "name", id });
        if (await store.groupNameIsTaken(tx, orgId, name, id))
          throw errors.target_name_taken({ field: "name", name });
      }
      const changes = listOf(body.targets, "targets", 50);
      await saveChanges(tx, orgId, group, changes, "targets", now);
      return {
        ...group,
        name,
        description:
          body.description === undefined ? group.description : textOf(body.description, "description"),
        hasLeaderboard: flagOf(body.leaderboardEnabled, "leaderboardEnabled", group.hasLeaderboard),
      };
    });

  /** Names, descriptions, expressions and default values of targets that exist, by their ids. */
  const saveChanges = async (
    tx: Tx,
    orgId: number,
    group: TargetGroup,
    changes: readonly Body[],
    path: string,
    now: number,
  ): Promise<void> => {
    const organisation = await orgs.get(orgId);
    const changed: Target[] = [];
    for (const [index, change] of changes.entries()) {
      const at = changes.length === 1 && path === "" ? "target" : `${path}[${index}]`;
      const id = Number(change.id ?? change.targetId);
      const target = group.targets.find((one) => one.id === id);
      if (target === undefined) throw errors.unknown_target({ id: String(change.id ?? ""), group: group.id });
      const name = change.name === undefined ? target.name : nameOf(change.name, `${at}.name`);
      if (name !== target.name) {
        if (isLive(group, now)) throw errors.target_is_live({ field: `${at}.name`, id: group.id });
        if (await store.targetNameIsTaken(tx, orgId, name, id))
          throw errors.target_name_taken({ field: `${at}.name`, name });
      }
      const isAsked = change.expression !== undefined || change.expressionJson !== undefined;
      changed.push({
        ...target,
        name,
        ...(change.description === undefined
          ? {}
          : { description: textOf(change.description, `${at}.description`) }),
        ...(isAsked ? parseExpression(organisation, target.entity, change, at) : {}),
        ...(change.defaultValues === undefined ? {} : { defaultValues: parseDefaults(group, change, at) }),
        isActive: flagOf(change.active, `${at}.active`, target.isActive),
      });
    }
    await store.saveTargets(tx, orgId, changed, new Date(now));
  };

  const remove = ({ orgId, name: by }: Author, id: number): Promise<void> =>
    changing(orgId, async (tx) => {
      if (!(await store.lockGroup(tx, orgId, id))) throw errors.unknown_target_group({ id });
      await store.deleteGroup(tx, orgId, id, { at: clock.now(), by });
    });

  const addPeriods = (author: Author, id: number, value: unknown): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group) => {
      const { orgId } = author;
      if (group.evaluationType !== "FIXED_CALENDAR_WINDOW")
        throw errors.bad_target_field({ field: "periods", expected: "those of a group with fixed periods" });
      const added = parsePeriods(await orgs.get(orgId), bodiesOf(value, "periods"), "periods", group.periods);
      const totalPeriods = group.periods.length + added.length;
      if (totalPeriods > 100)
        throw errors.bad_target_field({ field: "periods", expected: "100 in all at most" });
      if (group.targets.some(({ defaultValues }) => defaultValues.length > 1))
        throw errors.bad_target_field({
          field: "periods",
          expected: "those of a group whose targets have the same value in all periods",
        });
      const nextId = await ids.reserve("target_period", added.length);
      await store.savePeriods(
        tx,
        orgId,
        id,
        added.map((period) => ({ ...period, id: nextId() })),
      );
      return { ...group, totalPeriods };
    });

  /** Moves periods that have not begun, and switches periods on and off. */
  const changePeriods = (author: Author, id: number, value: unknown): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group, now) => {
      const { orgId } = author;
      const organisation = await orgs.get(orgId);
      const changes = bodiesOf(value, "periods");
      for (const [index, change] of changes.entries())
        if (!group.periods.some((period) => period.id === Number(change.id)))
          throw errors.unknown_target_period({
            field: `periods[${index}].id`,
            value: String(change.id ?? ""),
          });
      const bodies = group.periods.map((period): Body => {
        const change = changes.find((one) => Number(one.id) === period.id);
        const dates = {
          ...{ refCode: period.refCode, active: period.isActive },
          startDate: period.startsAt?.getTime(),
          endDate: period.endsAt === null ? undefined : period.endsAt.getTime() - 1,
        };
        if (change === undefined) return dates;
        const moves = change.startDate !== undefined || change.endDate !== undefined;
        if (moves && (period.startsAt?.getTime() ?? 0) <= now)
          throw errors.target_is_live({ field: `${period.refCode}.startDate`, id });
        return { ...dates, ...change, refCode: period.refCode };
      });
      if (group.evaluationType !== "FIXED_CALENDAR_WINDOW")
        throw errors.bad_target_field({ field: "periods", expected: "those of a group with fixed periods" });
      const periods = parsePeriods(organisation, bodies, "periods", []);
      await store.savePeriods(
        tx,
        orgId,
        id,
        periods.map((period, index) => ({ ...period, id: group.periods[index]!.id })),
      );
      return group;
    });

  const addTargets = (author: Author, id: number, value: unknown): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group, now) => {
      const { orgId } = author;
      const inputs = parseTargets(await orgs.get(orgId), group, bodiesOf(value, "targets"), "targets");
      if (inputs.length === 0) throw errors.missing_target_field({ field: "targets" });
      const most = group.trackingType === "UNIFIED" ? 10 : 50;
      if (group.targets.length + inputs.length > most)
        throw errors.bad_target_field({ field: "targets", expected: `${most} in all at most` });
      await refuseTakenNames(tx, orgId, inputs);
      await store.saveTargets(tx, orgId, await targetsWithIds(id, inputs), new Date(now));
      return group;
    });

  /** Changes one target of a group, or several. */
  const changeTargets = (author: Author, id: number, value: unknown): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group, now) => {
      await saveChanges(tx, author.orgId, group, bodiesOf(value, "targets"), "targets", now);
      return group;
    });

  /** Switches a target off: what was tracked stays. */
  const deactivate = (author: Author, id: number, targetId: number): Promise<TargetGroup> =>
    changeTargets(author, id, [{ id: targetId, active: false }]);

  const changeUnified = (author: Author, id: number, body: Body): Promise<TargetGroup> =>
    changingGroup(author, id, async (tx, group, now) => {
      if (group.trackingType !== "UNIFIED") throw errors.not_unified({ id });
      await saveChanges(tx, author.orgId, group, listOf(body.targets, "targets", 10), "targets", now);
      const given = body.unifiedTargetExpression;
      return given === undefined ? group : { ...group, unified: parseUnified(given, group.targets) };
    });

  /** Whether a name is free. */
  const isNameFree = (orgId: number, key: "group" | "target", name: string): Promise<boolean> =>
    db.transaction(orgId, async (tx) =>
      key === "group"
        ? !(await store.groupNameIsTaken(tx, orgId, name))
        : !(await store.targetNameIsTaken(tx, orgId, name)),
    );

  return {
    /** Compiled, from memory; null where the organisation has none. */
    compiled: cache.get,
    get,
    list,
    create,
    edit,
    remove,
    addPeriods,
    changePeriods,
    addTargets,
    changeTargets,
    deactivate,
    changeUnified,
    isNameFree,
  };
};

/** A list as calls send it: by itself, one item of it, or in an object under its name. */
const bodiesOf = (value: unknown, name: string): readonly Body[] => {
  if (isObject(value)) return name in value ? listOf(value[name], name, 100) : [value];
  return listOf(value, name, 100);
};

/** Whether something may have been tracked already. */
export const isLive = ({ periods }: TargetGroup, now: number): boolean =>
  periods.some(({ startsAt }) => startsAt === null || startsAt.getTime() <= now);

/** Whether something of it runs or is to come. */
export const isOpen = ({ periods, targets }: TargetGroup, now: number): boolean =>
  targets.some(({ isActive }) => isActive) &&
  periods.some(({ isActive, endsAt }) => isActive && (endsAt === null || endsAt.getTime() > now));
