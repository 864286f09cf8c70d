import { Type } from "@fastify/type-provider-typebox";
import type { CustomerProfile } from "#customers";
import { type Clock, type Db, formatIso, Issue, type Server, type Tx, toDecimal } from "#platform";
import type { CustomerFinder } from "../standing-routes.ts";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import { changeEnrolments, type EnrolmentParts, parseEnrolments } from "./enrolments.ts";
import { errors } from "./errors.ts";
import { readRank, readRankings } from "./leaderboards.ts";
import { groupsOfMember, UserGroup, UserTarget } from "./member-view.ts";
import { emptyTargets, listEvents, loadTargets } from "./party-store.ts";
import { Answer, answer, FAILURES, idOf, isTrue, tags } from "./routes.ts";
import type { Targets } from "./service.ts";
import { isOpen } from "./service.ts";
import { fixedWindow } from "./windows.ts";

export interface TargetMemberParts extends EnrolmentParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly targets: Targets;
  readonly customers: CustomerFinder;
  readonly profilesOf: (tx: Tx, orgId: number, ids: readonly number[]) => Promise<readonly CustomerProfile[]>;
  /** Names of currencies of an organisation, by identifier. */
  readonly currencies: (orgId: number) => Promise<ReadonlyMap<string, string>>;
}

const READ = { access: { resource: "Customer", mode: "read" } } as const;
const WRITE = { access: { resource: "Customer", mode: "write" } } as const;
const NEWER = "/api_gateway/intouch-api-v3/v3.1";
const TargetParams = Type.Object({ targetGroupId: Type.String(), targetId: Type.String() });
const UserParams = Type.Object({ userId: Type.String() });
const Id = Type.Integer();
const Text = Type.String();

/** Adds the documented calls about members and targets: taking part, progress, tracked events, leaderboards. */
export const addTargetMemberRoutes = (server: Server, parts: TargetMemberParts): void => {
  addEnrolmentRoutes(server, parts);
  addProgressRoutes(server, parts);
  addEventRoute(server, parts);
  addLeaderboardRoutes(server, parts);
};

interface Found {
  readonly targets: OrgTargets;
  readonly group: CompiledGroup;
  readonly target: CompiledTarget;
}

const findTarget = async (
  { targets }: TargetMemberParts,
  orgId: number,
  groupId: number,
  targetId: number,
): Promise<Found> => {
  const compiled = await targets.compiled(orgId);
  const group = compiled?.groups.find(({ id }) => id === groupId);
  if (compiled === null || group === undefined) throw errors.unknown_target_group({ id: groupId });
  const target = group.targets.find(({ id }) => id === targetId);
  if (target === undefined) throw errors.unknown_target({ id: targetId, group: groupId });
  return { targets: compiled, group, target };
};

const addEnrolmentRoutes = (server: Server, parts: TargetMemberParts): void => {
  for (const [base, suffix] of [
    ["/v3", ""],
    [NEWER, "Newer"],
  ] as const)
    for (const [action, summary] of [
      ["enroll", "Enrol members in a target or streak, from a period on"],
      ["unEnroll", "Take members out of a target or streak, from the period that runs on"],
    ] as const)
      server.post(
        `${base}/targetGroups/:targetGroupId/targets/:targetId/${action}`,
        {
          config: WRITE,
          schema: {
            ...{
              tags,
              summary,
              operationId: `${action}Target${suffix}`,
              params: TargetParams,
              body: Type.Unknown(),
            },
            response: {
              200: Type.Object({
                data: Type.Array(Id),
                errors: Type.Array(Issue),
                warnings: Type.Array(Issue),
              }),
              ...FAILURES,
            },
          },
        },
        async ({ actor, params, body }) => {
          const { orgId } = actor;
          const found = await findTarget(parts, orgId, idOf(params.targetGroupId), idOf(params.targetId));
          const inputs = parseEnrolments(body);
          const place = { ...found, now: parts.clock.now().getTime() };
          const { done, refused } = await parts.db.transaction(orgId, (tx) =>
            changeEnrolments(tx, parts, place, inputs, action === "unEnroll"),
          );
          return { data: [...done], errors: [...refused], warnings: [] };
        },
      );
};

const memberOf = async ({ customers }: TargetMemberParts, orgId: number, userId: string): Promise<number> => {
  try {
    return await customers.requireCustomer(orgId, { name: "id", value: userId }, 404);
  } catch (error) {
    if ((error as { http?: number }).http !== 404 && (error as { http?: number }).http !== 400) throw error;
    throw errors.unknown_target_customer({ id: userId.slice(0, 40) });
  }
};

const METHODS = ["TRANSACTION", "IMPORT", "AUDIENCE_FILTER"];

const addProgressRoutes = (server: Server, parts: TargetMemberParts): void => {
  const { db, clock, targets } = parts;
  const viewOf = async (orgId: number, userId: string, now: number) => {
    const partyId = await memberOf(parts, orgId, userId);
    const compiled = await targets.compiled(orgId);
    if (compiled === null) return null;
    const [states, names] = await Promise.all([
      db.transaction(orgId, (tx) => loadTargets(tx, orgId, [partyId], { transactionIds: [], days: [] })),
      parts.currencies(orgId),
    ]);
    const state = states.get(partyId) ?? emptyTargets(partyId);
    return { targets: compiled, state, now, currencyName: (id: string) => names.get(id) ?? null };
  };
  const Progress = Type.Object({ customerId: Id, targetGroups: Type.Array(UserGroup) });
  for (const [base, operationId] of [
    ["/v3", "listUserTargetGroups"],
    [NEWER, "listUserTargetGroupsNewer"],
  ] as const)
    server.get(
      `${base}/users/:userId/targetGroups`,
      {
        config: READ,
        schema: {
          ...{
            tags,
            summary: "List target groups that a member is in, with progress",
            operationId,
            params: UserParams,
          },
          querystring: Type.Object({ includeInactiveTargets: Type.Optional(Text) }),
          response: { 200: Answer(Progress), ...FAILURES },
        },
      },
      async ({ actor, params: { userId }, query }) => {
        const now = clock.now().getTime();
        const view = await viewOf(actor.orgId, userId, now);
        const all = isTrue(query.includeInactiveTargets);
        const isChosen = (group: CompiledGroup, target: CompiledTarget) =>
          all || (target.isActive && isOpen(group, now));
        const targetGroups = view === null ? [] : groupsOfMember(view, { isChosen });
        return answer({ customerId: Number(userId), targetGroups });
      },
    );
  server.get(
    "/v3/users/:userId/enrolledTargets",
    {
      config: READ,
      schema: {
        ...{ tags, summary: "List targets that a member is enrolled in", operationId: "listEnrolledTargets" },
        params: UserParams,
        querystring: Type.Object({
          targetRuleIds: Type.Optional(Type.String({ description: "Ids, comma-separated" })),
          trackingDate: Type.Optional(
            Type.String({ description: "Milliseconds since 1970; now when left out" }),
          ),
          enrollmentType: Type.Optional(Text),
          includeOnlyUserCreated: Type.Optional(Text),
        }),
        response: { 200: Answer(Type.Array(UserTarget)), ...FAILURES },
      },
    },
    async ({ actor, params: { userId }, query }) => {
      const method = query.enrollmentType?.toUpperCase();
      if (method !== undefined && !METHODS.includes(method))
        throw errors.bad_enrolment_type({ value: query.enrollmentType!.slice(0, 40) });
      const at = query.trackingDate === undefined ? clock.now().getTime() : Number(query.trackingDate);
      if (!(at > 0 && at < 1e14))
        throw errors.bad_target_field({ field: "trackingDate", expected: "milliseconds since 1970" });
      const ids = query.targetRuleIds?.split(",").map((id) => idOf(id.trim()));
      const view = await viewOf(actor.orgId, userId, at);
      if (view === null) return answer([]);
      const groups = groupsOfMember(view, {
        isChosen: (group, target) =>
          target.isActive &&
          (ids === undefined || ids.includes(target.id)) &&
          (!isTrue(query.includeOnlyUserCreated) || group.isUserCreated) &&
          view.state.enrolments.some(
            (one) =>
              one.targetId === target.id &&
              one.leftAt === null &&
              (method === undefined || one.method === method),
          ),
      });
      return answer(groups.flatMap((group) => group.targets.filter(({ currentPeriod }) => currentPeriod)));
    },
  );
};

const NAMES: Readonly<Record<string, string>> = {
  ADD_TRANSACTION: "Add transaction",
  RETURN_BILL: "Return bill",
  ENROL: "Enrol",
  UNENROL: "Unenrol",
};

const numberOf = (text: string | undefined, field: string, absent: number, most: number): number => {
  if (text === undefined || text === "") return absent;
  if (!/^\d{1,9}$/.test(text) || Number(text) > most)
    throw errors.bad_target_field({ field, expected: `a whole number from 0 to ${most}` });
  return Number(text);
};

const Event = Type.Object({
  eventLogId: Id,
  eventName: Text,
  eventDisplayName: Text,
  customerId: Id,
  uniqueId: Text,
  eventDate: Text,
  eventProcessedDate: Text,
  periodId: Type.Union([Id, Type.Null()]),
  targetGroupId: Id,
  targetRuleId: Id,
  targetValue: Type.Number(),
});

const ruleOf = (
  compiled: OrgTargets | null,
  id: number,
): { group: CompiledGroup; target: CompiledTarget } => {
  for (const group of compiled?.groups ?? [])
    for (const target of group.targets) if (target.id === id) return { group, target };
  throw errors.unknown_target_rule({ id });
};

const cycleOf = ({ periods }: CompiledGroup, periodId: string | undefined): number | null => {
  if (periodId === undefined) return null;
  const period = periods.find(({ id }) => id === idOf(periodId));
  if (period === undefined)
    throw errors.unknown_target_period({ field: "periodId", value: periodId.slice(0, 40) });
  return period.cycle;
};

const addEventRoute = (server: Server, parts: TargetMemberParts): void => {
  const { db, targets } = parts;
  server.get(
    "/v3/users/:userId/trackedTargetEvents/:targetRuleId",
    {
      config: READ,
      schema: {
        ...{
          tags,
          summary: "List tracked events behind a target, oldest first",
          operationId: "listTargetEvents",
        },
        params: Type.Object({ userId: Text, targetRuleId: Text }),
        querystring: Type.Object({
          periodId: Type.Optional(Text),
          limit: Type.Optional(Text),
          offset: Type.Optional(Type.String({ description: "Number of the page, from 0" })),
        }),
        response: { 200: Answer(Type.Array(Event)), ...FAILURES },
      },
    },
    async ({ actor: { orgId }, params, query }) => {
      const partyId = await memberOf(parts, orgId, params.userId);
      const compiled = await targets.compiled(orgId);
      const { group, target } = ruleOf(compiled, idOf(params.targetRuleId));
      const limit = numberOf(query.limit, "limit", 20, 100);
      const offset = numberOf(query.offset, "offset", 0, 1_000_000) * limit;
      const cycle = cycleOf(group, query.periodId);
      const events = await db.transaction(orgId, (tx) =>
        listEvents(tx, orgId, { partyId, targetId: target.id, cycle }, { offset, limit }),
      );
      return answer(
        events.map((event) => ({
          // Numbered within a period.
          eventLogId: event.cycle * 1_000_000 + event.no,
          eventName: event.name,
          eventDisplayName: NAMES[event.name] ?? event.name,
          customerId: partyId,
          uniqueId: event.uniqueId,
          eventDate: formatIso(event.occurredAt.getTime(), compiled!.timeZone),
          eventProcessedDate: formatIso(event.processedAt.getTime(), compiled!.timeZone),
          periodId: group.periods[Math.min(event.cycle, group.periods.length) - 1]?.id ?? null,
          targetGroupId: group.id,
          targetRuleId: target.id,
          targetValue: toDecimal(event.value, target.scale),
        })),
      );
    },
  );
};

const Details = Type.Object({
  first_name: Text,
  last_name: Text,
  mobile: Text,
  email: Text,
  gender: Type.Unknown(),
  birthday: Type.Unknown(),
  anniversary: Type.Unknown(),
});
const Board = Type.Object({
  lastSyncTime: Text,
  targetGroupId: Id,
  targetGroupName: Text,
  periodId: Id,
  periodRefCode: Text,
  targetRuleId: Id,
  targetRuleName: Text,
  rankings: Type.Array(
    Type.Object({
      rank: Id,
      userId: Id,
      achievedValue: Type.Number(),
      lastActivityTime: Type.Union([Text, Type.Null()]),
      userEnrichmentDetails: Details,
    }),
  ),
});
const Rank = Type.Object({
  orgId: Id,
  targetGroupId: Id,
  targetRuleId: Id,
  periodId: Id,
  achievedValue: Type.Number(),
  rank: Type.Union([Id, Type.Null()]),
  lastActivityTime: Type.Union([Text, Type.Null()]),
  totalUsersInTargetGroup: Id,
});

/** A group with a leaderboard, and the period that is asked for: that which runs, or ran last, when none is. */
const boardOf = ({ targets, group }: Found, periodId: string | undefined, now: number) => {
  if (group.evaluationType !== "FIXED_CALENDAR_WINDOW")
    throw errors.leaderboard_needs_calendar({ id: group.id });
  if (!group.hasLeaderboard && !targets.options.allLeaderboards)
    throw errors.no_leaderboard({ id: group.id });
  const asked = cycleOf(group, periodId);
  const begun = group.periods.filter(({ startsAt }) => startsAt !== null && startsAt.getTime() <= now);
  const cycle = asked ?? fixedWindow(group, now)?.cycle ?? begun.at(-1)?.cycle ?? 1;
  return group.periods[cycle - 1]!;
};

const addLeaderboardRoutes = (server: Server, parts: TargetMemberParts): void => {
  const { db, clock } = parts;
  server.get(
    `${NEWER}/leaderboards/targetGroups/:targetGroupId`,
    {
      config: READ,
      schema: {
        ...{ tags, summary: "Read the top of a leaderboard", operationId: "readLeaderboard" },
        params: Type.Object({ targetGroupId: Text }),
        querystring: Type.Object({
          targetId: Type.Optional(Text),
          periodId: Type.Optional(Text),
          pageSize: Type.Optional(Text),
          pageOffset: Type.Optional(Type.String({ description: "Number of the page, from 0" })),
          pageLimit: Type.Optional(Text),
        }),
        response: { 200: Answer(Board), ...FAILURES },
      },
    },
    async ({ actor: { orgId }, params, query }) => {
      if (query.targetId === undefined) throw errors.missing_target_field({ field: "targetId" });
      const found = await findTarget(parts, orgId, idOf(params.targetGroupId), idOf(query.targetId));
      const now = clock.now().getTime();
      const period = boardOf(found, query.periodId, now);
      const limit = numberOf(query.pageLimit ?? query.pageSize, "pageLimit", 10, 100);
      const offset = numberOf(query.pageOffset, "pageOffset", 0, 100_000) * limit;
      const { group, target, targets } = found;
      const [rankings, profiles] = await db.transaction(orgId, async (tx) => {
        const rows = await readRankings(
          tx,
          orgId,
          { targetId: target.id, cycle: period.cycle },
          { offset, limit },
        );
        const ids = rows.map(({ partyId }) => partyId);
        return [rows, ids.length === 0 ? [] : await parts.profilesOf(tx, orgId, ids)] as const;
      });
      return answer({
        lastSyncTime: formatIso(now, targets.timeZone),
        ...{ targetGroupId: group.id, targetGroupName: group.name },
        ...{ periodId: period.id, periodRefCode: period.refCode },
        ...{ targetRuleId: target.id, targetRuleName: target.name },
        rankings: rankings.map(({ partyId, achieved, lastEventAt, rank }) => ({
          rank,
          userId: partyId,
          achievedValue: toDecimal(achieved, target.scale),
          lastActivityTime: lastEventAt === null ? null : formatIso(lastEventAt.getTime(), targets.timeZone),
          userEnrichmentDetails: detailsOf(profiles.find((profile) => profile.partyId === partyId)),
        })),
      });
    },
  );
  server.get(
    `${NEWER}/leaderboards/user/:userId`,
    {
      config: READ,
      schema: {
        ...{ tags, summary: "Read a member's places on leaderboards", operationId: "readLeaderboardPlaces" },
        params: UserParams,
        querystring: Type.Object({
          targetGroupId: Type.Optional(Text),
          targetRuleId: Type.Optional(Type.String({ description: "Up to 25 ids, comma-separated" })),
          periodId: Type.Optional(Text),
          orgId: Type.Optional(Text),
        }),
        response: { 200: Answer(Type.Object({ userRanks: Type.Array(Rank) })), ...FAILURES },
      },
    },
    async ({ actor: { orgId }, params, query }) => {
      for (const field of ["targetGroupId", "targetRuleId"] as const)
        if (query[field] === undefined || query[field] === "") throw errors.missing_target_field({ field });
      if (query.orgId !== undefined && Number(query.orgId) !== orgId)
        throw errors.one_organisation({ field: "orgId", value: query.orgId.slice(0, 40) });
      const ids = query.targetRuleId!.split(",").map((id) => idOf(id.trim()));
      if (ids.length > 25)
        throw errors.bad_target_field({ field: "targetRuleId", expected: "25 ids at most" });
      const partyId = await memberOf(parts, orgId, params.userId);
      const now = clock.now().getTime();
      const boards = await Promise.all(
        ids.map(async (id) => {
          const found = await findTarget(parts, orgId, idOf(query.targetGroupId!), id);
          return { ...found, period: boardOf(found, query.periodId, now) };
        }),
      );
      const userRanks = await db.transaction(orgId, (tx) =>
        Promise.all(
          boards.map(async ({ group, target, period, targets }) => {
            const place = await readRank(tx, orgId, partyId, { targetId: target.id, cycle: period.cycle });
            const last = place?.lastEventAt ?? null;
            return {
              ...{ orgId, targetGroupId: group.id, targetRuleId: target.id, periodId: period.id },
              achievedValue: toDecimal(place?.achieved ?? 0, target.scale),
              rank: place?.rank ?? null,
              lastActivityTime: last === null ? null : formatIso(last.getTime(), targets.timeZone),
              totalUsersInTargetGroup: place?.total ?? 0,
            };
          }),
        ),
      );
      return answer({ userRanks });
    },
  );
};

/** What is known of a person only where the organisation keeps it in extended fields. */
const detailsOf = (profile: CustomerProfile | undefined) => ({
  first_name: profile?.firstName ?? "",
  last_name: profile?.lastName ?? "",
  mobile: profile?.mobile ?? "",
  email: profile?.email ?? "",
  gender: profile?.extendedFields.gender ?? null,
  birthday: profile?.extendedFields.birthday ?? null,
  anniversary: profile?.extendedFields.anniversary ?? null,
});
