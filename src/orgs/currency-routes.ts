import { Type } from "@fastify/type-provider-typebox";
import { failures, Issue, parseDecimal, type Server, toDecimal, V2Failure } from "#platform";
import { MAX_RATIO, RATIO_SCALE } from "./currency-ratios.ts";
import { errors } from "./errors.ts";
import type { Orgs } from "./service.ts";

const Ratio = Type.Object({ ratioInr: Type.Number(), currencyCode: Type.String() });

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

const readCurrency = (value: unknown): string => {
  const code = typeof value === "string" ? value.trim().toUpperCase() : "";
  if (!CURRENCIES.has(code))
    throw errors.unknown_currency({ field: "currencyCode", value: code.slice(0, 20) });
  return code;
};

const readRatio = (value: unknown): number => {
  const ratio = parseDecimal(value, RATIO_SCALE);
  if (ratio === null || ratio <= 0 || ratio > MAX_RATIO * RATIO_SCALE)
    throw errors.bad_currency_ratio({ field: "ratioInr", most: MAX_RATIO });
  return ratio;
};

/** Adds the documented calls of currency ratios (transactions.md §7). */
export const addCurrencyRoutes = (server: Server, orgs: Orgs): void => {
  server.post(
    "/v2/currencyratio",
    {
      config: { access: { resource: "Organization", mode: "write" } },
      schema: {
        tags: ["Organisation"],
        summary: "Set the ratio of a currency, from now on",
        operationId: "setCurrencyRatio",
        body: Type.Object(
          {
            currencyCode: Type.Optional(Type.Unknown({ description: "ISO 4217" })),
            ratioInr: Type.Optional(Type.Unknown({ description: "Indian rupees for one unit" })),
          },
          { additionalProperties: true },
        ),
        response: {
          200: Type.Object({
            entity: Ratio,
            warnings: Type.Array(Issue),
            errors: Type.Array(Issue),
            success: Type.Boolean(),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async ({ actor, body }) => {
      const currency = readCurrency(body.currencyCode);
      const ratio = readRatio(body.ratioInr);
      await orgs.setCurrencyRatio(actor, currency, ratio);
      const entity = { ratioInr: toDecimal(ratio, RATIO_SCALE), currencyCode: currency };
      return { entity, warnings: [], errors: [], success: true };
    },
  );
  server.get(
    "/v2/currencyratio",
    {
      config: { access: { resource: "Organization", mode: "read" } },
      schema: {
        tags: ["Organisation"],
        summary: "Ratios of currencies in force",
        operationId: "listCurrencyRatios",
        response: {
          200: Type.Object({
            data: Type.Array(Ratio),
            warnings: Type.Array(Issue),
            errors: Type.Array(Issue),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async ({ actor }) => {
      const { currencyRatios } = await orgs.get(actor.orgId);
      const data = currencyRatios.map(({ currency, ratio }) => ({
        ratioInr: toDecimal(ratio, RATIO_SCALE),
        currencyCode: currency,
      }));
      return { data, warnings: [], errors: [] };
    },
  );
};
