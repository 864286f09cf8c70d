import { Type } from "@fastify/type-provider-typebox";
import {
  failures,
  Issue,
  OwnFailure,
  POINTS_SCALE,
  requestKeyOf,
  type Server,
  toDecimal,
  V2Failure,
} from "#platform";
import { whyOf } from "../api-present.ts";
import { Why } from "../api-shapes.ts";
import { errors } from "../errors.ts";
import {
  checkTypes,
  claimBill,
  claimedId,
  clientOf,
  detailsOfClaim,
  previewClaim,
  type RetroParts,
} from "./service.ts";

const Unknown = (description: string) => Type.Optional(Type.Unknown({ description }));
const RetroBody = Type.Object(
  {
    oldType: Unknown("NOT_INTERESTED"),
    newType: Unknown("REGULAR"),
    transactionId: Unknown("Id of the anonymous bill"),
    customerId: Unknown("Id of the customer who claims it"),
    notes: Unknown("Takes the place of the bill's note"),
    extendedFields: Unknown("Added to the bill's"),
    customFields: Unknown("Added to the bill's"),
  },
  { additionalProperties: true },
);
const RetroAnswer = Type.Object({
  createdId: Type.Integer({ description: "Id of the customer's bill, which is new" }),
  warnings: Type.Array(Issue),
  errors: Type.Array(Issue),
  sideEffects: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
});

const customerIn = (value: unknown): number => {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.trim() === "") throw errors.no_customer();
  if (!/^\d{1,15}$/.test(text.trim())) throw errors.unknown_customer({ name: `id ${text.slice(0, 40)}` });
  return Number(text);
};

/** Adds `PUT /v2/transactions/retro` (transactions.md §5.2) and the console's claims of anonymous bills. */
export const addRetroRoutes = (server: Server, parts: RetroParts): void => {
  server.put(
    "/v2/transactions/retro",
    {
      config: { access: { resource: "Transaction", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Transactions"],
        summary: "Claim an anonymous purchase for a customer",
        operationId: "claimTransaction",
        body: RetroBody,
        response: { 200: RetroAnswer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const { body, actor } = request;
      const client = clientOf(request.headers);
      checkTypes(body.oldType, body.newType);
      const customerId = customerIn(body.customerId);
      const recorded = await claimBill(parts, actor.orgId, claimedId(body.transactionId), {
        customerId,
        customerName: `id ${customerId}`,
        client,
        requestKey: requestKeyOf(request),
        body: detailsOfClaim(body),
      });
      const told = JSON.parse(recorded.reply) as { warnings: []; sideEffects: [] };
      return {
        createdId: recorded.transactionId,
        warnings: told.warnings,
        errors: [],
        sideEffects: told.sideEffects,
      };
    },
  );
  addConsoleClaims(server, parts);
};

const ClaimBody = Type.Object(
  {
    customerId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
);
const Id = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) });
/** Whoever may give points to a customer may claim a bill for them: it earns nothing that its date would not have earned. */
const CLAIM = { access: { resource: "Points", mode: "write" } } as const;

const addConsoleClaims = (server: Server, parts: RetroParts): void => {
  const requestOf = (customerId: number, note: string | undefined, client: string) => ({
    customerId,
    customerName: `id ${customerId}`,
    client,
    requestKey: null,
    body: note === undefined || note.trim() === "" ? {} : { notes: note },
  });
  server.post(
    "/api/transactions/:id/claim/preview",
    {
      config: CLAIM,
      schema: {
        tags: ["Transactions (console)"],
        summary: "What an anonymous purchase would earn if a customer claimed it; nothing is written",
        operationId: "previewClaim",
        params: Id,
        body: ClaimBody,
        response: {
          200: Type.Object({ points: Type.Number(), why: Type.Union([Why, Type.Null()]) }),
          ...failures(OwnFailure),
        },
      },
    },
    async ({ params, body, actor }) => {
      const request = requestOf(body.customerId, body.note, actor.name);
      const simulation = await previewClaim(parts, actor.orgId, Number(params.id), request);
      const programs = await parts.loyalty.programs(actor.orgId);
      return {
        points: toDecimal(simulation.points, POINTS_SCALE),
        why: whyOf(programs, simulation.trace) as never,
      };
    },
  );
  server.post(
    "/api/transactions/:id/claim",
    {
      config: CLAIM,
      schema: {
        tags: ["Transactions (console)"],
        summary: "Claim an anonymous purchase for a customer",
        operationId: "claimForCustomer",
        params: Id,
        body: ClaimBody,
        response: { 200: Type.Object({ id: Type.Integer() }), ...failures(OwnFailure) },
      },
    },
    async ({ params, body, actor }) => {
      const request = requestOf(body.customerId, body.note, actor.name);
      const recorded = await claimBill(parts, actor.orgId, Number(params.id), request);
      return { id: recorded.transactionId };
    },
  );
};
