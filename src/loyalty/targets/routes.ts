import { Type } from "@fastify/type-provider-typebox";
import type { TSchema } from "typebox";
import type { Orgs } from "#orgs";
import { type Clock, failures, Issue, isObject, type Server, V3Failure } from "#platform";
import { errors } from "./errors.ts";
import {
  GroupShape,
  PeriodShape,
  presentGroup,
  presentPeriod,
  presentTarget,
  TargetShape,
} from "./present.ts";
import type { TargetGroup } from "./schema.ts";
import type { Targets } from "./service.ts";

export interface TargetRouteParts {
  readonly targets: Targets;
  readonly orgs: Orgs;
  readonly clock: Clock;
}

export const READ = { access: { resource: "Program", mode: "read" } } as const;
export const WRITE = { access: { resource: "Program", mode: "write" } } as const;
export const tags = ["Targets"];

/** An answer of the documented envelope. */
export const Answer = <Shape extends TSchema>(data: Shape) =>
  Type.Object({ data, errors: Type.Array(Issue), warnings: Type.Array(Issue) });
export const answer = <Data>(data: Data) => ({ data, errors: [], warnings: [] });
export const FAILURES = failures(V3Failure);

const GroupId = Type.Object({ targetGroupId: Type.String() });
const TargetId = Type.Object({ targetGroupId: Type.String(), targetId: Type.String() });
/** Bodies are judged field by field when they are read. */
const Given = Type.Unknown();

export const idOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);
export const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === "true" || text === "1";

const bodyOf = (value: unknown) => {
  if (!isObject(value)) throw errors.bad_target_field({ field: "the body", expected: "an object" });
  return value;
};

/** Adds the documented calls that define targets. */
export const addTargetRoutes = (server: Server, parts: TargetRouteParts): void => {
  addGroupRoutes(server, parts);
  addNameRoutes(server, parts);
  addPeriodRoutes(server, parts);
  addTargetsOfGroup(server, parts);
  addMessageRoutes(server, parts);
};

const presenter =
  ({ orgs, clock }: TargetRouteParts) =>
  async (orgId: number, group: TargetGroup) =>
    answer(presentGroup(await orgs.get(orgId), group, clock.now().getTime()));

const addGroupRoutes = (server: Server, parts: TargetRouteParts): void => {
  const { targets, orgs, clock } = parts;
  const present = presenter(parts);
  const listAll = async (orgId: number, includeUserCreated: boolean, onlyActive: boolean) => {
    const [organisation, groups] = await Promise.all([
      orgs.get(orgId),
      targets.list(orgId, { includeUserCreated, onlyActive }),
    ]);
    return answer(groups.map((group) => presentGroup(organisation, group, clock.now().getTime())));
  };
  const query = Type.Object({
    includeUserCreatedTargetGroups: Type.Optional(Type.String()),
    includeOnlyActive: Type.Optional(Type.String()),
  });
  for (const [url, summary, operationId] of [
    ["/v3/targetGroups", "List target groups", "listTargetGroups"],
    ["/v3/milestones", "List milestones", "listMilestones"],
  ] as const)
    server.get(
      url,
      {
        config: READ,
        schema: {
          ...{ tags, summary, operationId, querystring: query },
          response: { 200: Answer(Type.Array(GroupShape)), ...FAILURES },
        },
      },
      ({ actor, query: { includeUserCreatedTargetGroups, includeOnlyActive } }) =>
        listAll(actor.orgId, isTrue(includeUserCreatedTargetGroups), isTrue(includeOnlyActive)),
    );
  server.post(
    "/v3/targetGroups",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Create a target group with its periods and targets",
        operationId: "createTargetGroup",
        body: Given,
        response: { 200: Answer(GroupShape), ...FAILURES },
      },
    },
    async ({ actor, body }) => present(actor.orgId, await targets.create(actor, bodyOf(body))),
  );
  server.get(
    "/v3/targetGroups/:targetGroupId",
    {
      config: READ,
      schema: {
        ...{ tags, summary: "Read a target group", operationId: "readTargetGroup", params: GroupId },
        response: { 200: Answer(GroupShape), ...FAILURES },
      },
    },
    async ({ actor, params }) =>
      present(actor.orgId, await targets.get(actor.orgId, idOf(params.targetGroupId))),
  );
  server.delete(
    "/v3/targetGroups/:targetGroupId",
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Delete a target group", operationId: "deleteTargetGroup", params: GroupId },
        description: "Nothing is tracked in it any more; what was tracked is kept.",
        response: { 200: Answer(Type.Object({ id: Type.Integer() })), ...FAILURES },
      },
    },
    async ({ actor, params }) => {
      const id = idOf(params.targetGroupId);
      await targets.remove(actor, id);
      return answer({ id });
    },
  );
  for (const [method, operationId] of [
    ["PUT", "editTargetGroup"],
    ["POST", "postTargetGroupEdit"],
  ] as const)
    server.route({
      method,
      url: "/v3/targetGroups/editTargetGroup/:targetGroupId",
      config: WRITE,
      schema: {
        tags,
        summary: "Change names and expressions of a target group",
        operationId,
        params: GroupId,
        body: Given,
        response: { 200: Answer(GroupShape), ...FAILURES },
      },
      handler: async ({ actor, params, body }) =>
        present(actor.orgId, await targets.edit(actor, idOf(params.targetGroupId), bodyOf(body))),
    });
  server.put(
    "/v3/targetGroups/:targetGroupId/unifiedTargets",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change how the targets of a group are combined",
        operationId: "changeUnifiedTargets",
        params: GroupId,
        body: Given,
        response: { 200: Answer(GroupShape), ...FAILURES },
      },
    },
    async ({ actor, params, body }) =>
      present(actor.orgId, await targets.changeUnified(actor, idOf(params.targetGroupId), bodyOf(body))),
  );
};

const KEYS: Readonly<Record<string, "group" | "target">> = {
  targetgroupname: "group",
  milestonename: "group",
  name: "group",
  targetname: "target",
};

const addNameRoutes = (server: Server, { targets }: TargetRouteParts): void => {
  const isFree = async (orgId: number, given: Readonly<Record<string, unknown>>) => {
    const key = typeof given.key === "string" ? given.key : (Object.keys(given)[0] ?? "");
    const kind = KEYS[key.toLowerCase()];
    if (kind === undefined) throw errors.bad_name_key({ key: key === "" ? "nothing" : key.slice(0, 100) });
    const value = typeof given.key === "string" ? (given.value ?? given.name) : given[key];
    if (typeof value !== "string" || value === "") throw errors.missing_target_field({ field: key });
    return answer({ isValid: await targets.isNameFree(orgId, kind, value) });
  };
  const response = { 200: Answer(Type.Object({ isValid: Type.Boolean() })), ...FAILURES };
  const described = { tags, summary: "Check that a name is free" };
  server.post(
    "/v3/targetGroups/isValidName",
    { config: READ, schema: { ...described, operationId: "checkTargetName", body: Given, response } },
    ({ actor, body }) => isFree(actor.orgId, bodyOf(body)),
  );
  server.get(
    "/v3/targetGroups/isValidName",
    {
      config: READ,
      schema: {
        ...described,
        operationId: "isTargetNameFree",
        querystring: Type.Record(Type.String(), Type.String()),
        response,
      },
    },
    ({ actor, query }) => isFree(actor.orgId, query),
  );
};

const addPeriodRoutes = (server: Server, { targets, orgs, clock }: TargetRouteParts): void => {
  const url = "/v3/targetGroups/:targetGroupId/targetPeriods";
  const response = { 200: Answer(Type.Array(PeriodShape)), ...FAILURES };
  const present = async (orgId: number, { periods }: TargetGroup) => {
    const { timeZone } = await orgs.get(orgId);
    return answer(periods.map((period) => presentPeriod(timeZone, period, clock.now().getTime())));
  };
  server.get(
    url,
    {
      config: READ,
      schema: {
        ...{ tags, summary: "List periods of a target group", operationId: "listTargetPeriods" },
        ...{ params: GroupId, response },
      },
    },
    async ({ actor, params }) =>
      present(actor.orgId, await targets.get(actor.orgId, idOf(params.targetGroupId))),
  );
  server.post(
    url,
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Add periods after those of a target group", operationId: "addTargetPeriods" },
        ...{ params: GroupId, body: Given, response },
      },
    },
    async ({ actor, params, body }) =>
      present(actor.orgId, await targets.addPeriods(actor, idOf(params.targetGroupId), body)),
  );
  server.put(
    url,
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Move periods that have not begun", operationId: "changeTargetPeriods" },
        ...{ params: GroupId, body: Given, response },
      },
    },
    async ({ actor, params, body }) =>
      present(actor.orgId, await targets.changePeriods(actor, idOf(params.targetGroupId), body)),
  );
};

const addTargetsOfGroup = (server: Server, { targets }: TargetRouteParts): void => {
  const url = "/v3/targetGroups/:targetGroupId/targets";
  const response = { 200: Answer(Type.Array(TargetShape)), ...FAILURES };
  const all = (group: TargetGroup) => answer(group.targets.map((target) => presentTarget(group, target)));
  const one = (group: TargetGroup, id: number) => {
    const target = group.targets.find((item) => item.id === id);
    if (target === undefined) throw errors.unknown_target({ id, group: group.id });
    return answer(presentTarget(group, target));
  };
  server.get(
    url,
    {
      config: READ,
      schema: {
        ...{
          tags,
          summary: "List targets of a target group",
          operationId: "listTargets",
          params: GroupId,
          response,
        },
      },
    },
    async ({ actor, params }) => all(await targets.get(actor.orgId, idOf(params.targetGroupId))),
  );
  server.post(
    url,
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Add targets to a target group", operationId: "addTargets", params: GroupId },
        ...{ body: Given, response },
      },
    },
    async ({ actor, params, body }) => all(await targets.addTargets(actor, idOf(params.targetGroupId), body)),
  );
  server.put(
    url,
    {
      config: WRITE,
      schema: {
        ...{
          tags,
          summary: "Change targets of a target group",
          operationId: "changeTargets",
          params: GroupId,
        },
        ...{ body: Given, response },
      },
    },
    async ({ actor, params, body }) =>
      all(await targets.changeTargets(actor, idOf(params.targetGroupId), body)),
  );
  for (const [method, operationId] of [
    ["PUT", "changeTarget"],
    ["POST", "postTargetChange"],
  ] as const)
    server.route({
      method,
      url: `${url}/:targetId`,
      config: WRITE,
      schema: {
        ...{ tags, summary: "Change a target or streak", operationId, params: TargetId, body: Given },
        response: { 200: Answer(TargetShape), ...FAILURES },
      },
      handler: async ({ actor, params, body }) => {
        const id = idOf(params.targetId);
        const change = { ...bodyOf(body), id };
        return one(await targets.changeTargets(actor, idOf(params.targetGroupId), [change]), id);
      },
    });
  server.delete(
    `${url}/:targetId`,
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Switch a target off", operationId: "deactivateTarget", params: TargetId },
        response: { 200: Answer(TargetShape), ...FAILURES },
      },
    },
    async ({ actor, params }) => {
      const id = idOf(params.targetId);
      return one(await targets.deactivate(actor, idOf(params.targetGroupId), id), id);
    },
  );
};

/** Messages of targets are not sent here: there are none, and none can be kept. */
const addMessageRoutes = (server: Server, { targets }: TargetRouteParts): void => {
  const none = { 200: Answer(Type.Array(Type.Object({}))), ...FAILURES };
  server.get(
    "/v3/targetGroups/channels",
    {
      config: READ,
      schema: {
        ...{ tags, summary: "List message channels for targets", operationId: "listTargetChannels" },
        description: "Empty: this server sends no messages of targets; webhooks tell of them.",
        response: none,
      },
    },
    async () => answer([]),
  );
  const url = "/v3/targetGroups/:targetGroupId/targets/:targetId/communications";
  const find = async (orgId: number, params: { targetGroupId: string; targetId: string }) => {
    const group = await targets.get(orgId, idOf(params.targetGroupId));
    if (!group.targets.some(({ id }) => id === idOf(params.targetId)))
      throw errors.unknown_target({ id: params.targetId.slice(0, 40), group: group.id });
  };
  server.get(
    url,
    {
      config: READ,
      schema: {
        ...{ tags, summary: "Read message templates of a target", operationId: "listTargetMessages" },
        ...{ params: TargetId, response: none },
      },
    },
    async ({ actor, params }) => {
      await find(actor.orgId, params);
      return answer([]);
    },
  );
  server.post(
    `${url}/upsert`,
    {
      config: WRITE,
      schema: {
        ...{ tags, summary: "Save message templates of a target", operationId: "saveTargetMessages" },
        description: "Refused: this server sends no messages of targets.",
        ...{ params: TargetId, body: Given, response: none },
      },
    },
    async ({ actor, params }) => {
      await find(actor.orgId, params);
      throw errors.no_target_messages();
    },
  );
};
