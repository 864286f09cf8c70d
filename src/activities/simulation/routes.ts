import { Type } from "@fastify/type-provider-typebox";
import type { Lot } from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import {
  failures,
  formatIso,
  Issue,
  isObject,
  QUANTITY_SCALE,
  type Server,
  toDecimal,
  V2Failure,
} from "#platform";
import { fatesOf } from "../earning/points.ts";
import { pointsEarned } from "../earning/present.ts";
import { errors } from "../errors.ts";
import type { PathParts } from "../path.ts";
import { BillShape, purchaseOf, type TransactionRouteParts } from "../routes.ts";
import type { Purchase } from "../schema.ts";
import { type Simulation, simulate } from "./simulate.ts";

const OptionalText = Type.Optional(Type.String());
const Points = Type.Object({
  regular: Type.Array(Type.Unknown()),
  promo: Type.Array(Type.Unknown()),
  promised: Type.Array(Type.Unknown()),
});
const SimulationAnswer = Type.Object({
  warnings: Type.Array(Issue),
  errors: Type.Array(Issue),
  sideEffects: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
  simulatedPointsBreakup: Type.Object({
    eventLogId: Type.Integer({ description: "-1: nothing is logged" }),
    eventName: Type.String(),
    eventDetails: Type.Object({
      eventTime: Type.String(),
      tillId: Type.Integer(),
      maxConversionDate: Type.Union([Type.String(), Type.Null()]),
    }),
    billDetails: Type.Object({
      type: Type.String(),
      billNumber: Type.String(),
      billDate: Type.String(),
      grossAmount: Type.Number(),
      discount: Type.Number(),
      billAmount: Type.Number(),
      note: Type.String(),
      pointsEarned: Points,
    }),
    lineItems: Type.Array(
      Type.Object({ itemCode: Type.String(), pointsEarned: Points }, { additionalProperties: true }),
    ),
    extendedFields: Type.Array(Type.Object({ name: Type.String(), value: Type.Unknown() })),
    customFields: Type.Array(Type.Object({ name: Type.String(), value: Type.Unknown() })),
    paymentModes: Type.Array(Type.Object({ mode: Type.String(), value: Type.Number() })),
    pointInTimeSlabs: Type.Array(
      Type.Object({
        slabNumber: Type.Integer(),
        name: Type.String(),
        programId: Type.Integer(),
        isDefault: Type.Boolean(),
      }),
    ),
  }),
});

export type SimulationParts = PathParts & Pick<TransactionRouteParts, "activities">;

/** Adds `POST /v2/simulation/transactions` (transactions.md §5.4): the same reading and the same decision, nothing written. */
export const addSimulationRoutes = (server: Server, parts: SimulationParts): void => {
  server.post(
    "/v2/simulation/transactions",
    {
      config: { access: { resource: "Transaction", mode: "write" } },
      schema: {
        tags: ["Transactions"],
        summary: "Try out a purchase without recording it",
        operationId: "simulateTransaction",
        querystring: Type.Object({
          identifierName: OptionalText,
          identifierValue: OptionalText,
          source: OptionalText,
          accountId: OptionalText,
        }),
        body: BillShape,
        response: { 200: SimulationAnswer, ...failures(V2Failure) },
      },
    },
    async ({ actor, query, body }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      if (!organisation.flag("CONF_ENABLE_SIMULATION_API_MODE")) throw errors.simulation_off();
      const whom = {
        name: query.identifierName,
        value: query.identifierValue,
        source: query.source,
        accountId: query.accountId,
      };
      // Custom fields are ignored, as documented.
      const bill = isObject(body) ? { ...body, customFields: undefined } : body;
      const options = { requestKey: null, useAsync: false, raw: false };
      const purchase = purchaseOf(parts, organisation, actor, bill, whom, options);
      if (purchase.type !== "REGULAR") throw errors.simulation_type({ type: purchase.type });
      const simulation = await simulate(parts, actor.orgId, purchase);
      const programs = await parts.loyalty.programs(actor.orgId);
      return {
        warnings: [...simulation.reply.warnings] as never,
        errors: [],
        sideEffects: [...simulation.reply.sideEffects] as never,
        simulatedPointsBreakup: breakupOf(organisation, programs, purchase, simulation),
      };
    },
  );
};

const latestConversion = (lots: readonly Lot[]): number | null =>
  lots.reduce<number | null>(
    (latest, { convertsAt }) => (convertsAt !== null && convertsAt > (latest ?? 0) ? convertsAt : latest),
    null,
  );

const named = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const breakupOf = (
  organisation: Organisation,
  programs: OrgPrograms,
  purchase: Purchase,
  { lots, trace, program }: Simulation,
) => {
  const zone = organisation.clusterTimeZone;
  const money = (amount: number | null) => toDecimal(amount ?? 0, organisation.moneyScale);
  const fates = fatesOf(lots, []);
  const earned = (line: number) =>
    pointsEarned(
      organisation,
      programs,
      fates.filter(({ lot }) => lot.billLine === line),
    );
  const conversion = latestConversion(lots);
  const tier = program?.tiers.find(({ number }) => number === trace?.tier);
  return {
    eventLogId: -1,
    eventName: "TransactionAdd",
    eventDetails: {
      eventTime: formatIso(purchase.now, zone),
      tillId: purchase.tillId,
      maxConversionDate: conversion === null ? null : formatIso(conversion, zone),
    },
    billDetails: {
      type: purchase.type,
      billNumber: purchase.number,
      billDate: formatIso(purchase.billedAt, zone),
      grossAmount: money(purchase.grossAmount ?? purchase.amount),
      discount: money(purchase.discount),
      billAmount: money(purchase.amount),
      note: purchase.note ?? "",
      pointsEarned: earned(0),
    },
    lineItems: purchase.lines.map((line, index) => ({
      itemCode: line.itemCode,
      description: line.description ?? "",
      qty: toDecimal(line.quantity, QUANTITY_SCALE),
      rate: money(line.rate),
      value: money(line.value),
      discount: money(line.discount),
      amount: money(line.amount),
      pointsEarned: earned(index + 1),
    })),
    extendedFields: named(purchase.extendedFields),
    customFields: [],
    paymentModes: purchase.paymentModes.map(({ mode, value }) => ({ mode, value: money(value) })),
    pointInTimeSlabs:
      program === null || tier === undefined
        ? []
        : [
            {
              slabNumber: tier.number,
              name: tier.name,
              programId: program.programId,
              isDefault: program.isDefault,
            },
          ],
  };
};
