import { Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { type Body, failures, isObject, type Server, V2Failure, V2List } from "#platform";
import { errors } from "../moving-errors.ts";
import { identifierTypeOf } from "../naming.ts";
import { readPoints, readText, shown } from "../values.ts";
import { readProgramId } from "./parse.ts";
import type { TransferRouteParts } from "./routes.ts";

const NAMES = "id, externalId, cardnumber, mobile, email";

/** One side of a transfer with a group. */
const checkEntity = (value: unknown, field: "fromEntity" | "toEntity"): "CUSTOMER" | "USERGROUP2" => {
  if (!isObject(value)) throw field === "fromEntity" ? errors.from_missing({}) : errors.to_missing({});
  const type = (readText(value.type, 60) ?? "").toUpperCase();
  if (type !== "CUSTOMER" && type !== "USERGROUP2")
    throw errors.entity_type_missing({ field, value: shown(value.type) });
  const name = readText(value.identifierType, 60) ?? "";
  if (identifierTypeOf(name) === null || (readText(value.identifierValue, 300) ?? "") === "")
    throw errors.bad_entity({ field, names: NAMES });
  return type;
};

/**
 * Judges a transfer that has a group on one side. There are no groups of customers yet: a call that is right in every other way is
 * refused because the group is not known.
 */
const refuseGroupTransfer = (
  organisation: Organisation,
  body: Body,
  programs: ReadonlySet<number>,
): never => {
  const value = body.pointsTobeTransferred ?? body.pointsToBeTransferred;
  const read = readPoints(value);
  if ("fault" in read || read.points <= 0) throw errors.bad_group_amount({ value: shown(value) });
  const programId = readProgramId(body.programId);
  if (programId === null || !programs.has(programId))
    throw errors.unknown_program({ value: shown(body.programId) });
  const from = checkEntity(body.fromEntity, "fromEntity");
  const to = checkEntity(body.toEntity, "toEntity");
  if (from === "CUSTOMER" && to === "CUSTOMER") throw errors.no_group_side({});
  const field = from === "USERGROUP2" ? "fromEntity" : "toEntity";
  throw errors.group_unknown({
    field,
    value: `${shown((body[field] as Body).identifierValue)} in ${organisation.name}`,
  });
};

const TransferBody = Type.Object(
  {
    pointsTobeTransferred: Type.Optional(Type.Unknown({ description: "Needed: points" })),
    programId: Type.Optional(Type.Unknown({ description: "Needed" })),
    notes: Type.Optional(Type.Unknown()),
    transferredBy: Type.Optional(
      Type.Unknown({ description: "Who transfers: identifierType, identifierValue" }),
    ),
    fromEntity: Type.Optional(
      Type.Unknown({ description: "Needed: type CUSTOMER or USERGROUP2, identifierType, identifierValue" }),
    ),
    toEntity: Type.Optional(Type.Unknown({ description: "Needed: the same" })),
  },
  { additionalProperties: true },
);

/** Adds the documented transfers with groups, which are refused with their documented codes. */
export const addGroupTransferRoutes = (server: Server, { orgs, loyalty }: TransferRouteParts): void => {
  const judge = async (orgId: number, body: unknown): Promise<never> => {
    const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
    const known = new Set(programs.all.map(({ programId }) => programId));
    return refuseGroupTransfer(organisation, isObject(body) ? body : {}, known);
  };
  const Answer = V2List(Type.Unknown());
  server.post(
    "/v2/points/userGroup2/isTransferrable",
    {
      config: { access: { resource: "Points", mode: "read" } },
      schema: {
        tags: ["Points"],
        summary: "Ask whether points may be passed within a group",
        operationId: "checkGroupTransfer",
        body: TransferBody,
        response: { 200: Answer, ...failures(V2Failure) },
      },
    },
    ({ actor, body }) => judge(actor.orgId, body),
  );
  server.post(
    "/v2/points/userGroup2/transfer",
    {
      config: { access: { resource: "Points", mode: "write" } },
      schema: {
        tags: ["Points"],
        summary: "Pass points within a group",
        operationId: "transferGroupPoints",
        body: TransferBody,
        response: { 200: Answer, ...failures(V2Failure) },
      },
    },
    ({ actor, body }) => judge(actor.orgId, body),
  );
};
