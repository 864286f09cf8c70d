import { isObject } from "#platform";
import { SOURCE_NAMES } from "../catalogue/shapes.ts";
import type { Enrichments } from "../definitions/schema.ts";

/** A body as it is kept: with all that any webhook may ask for. */
export interface KeptBody {
  readonly eventName: string;
  readonly eventId: string;
  readonly data: object;
  /** Over all programs; not sent under this name. */
  readonly availableBalance?: number;
  readonly [field: string]: unknown;
}

const OTHER_SOURCES = new Set(Object.values(SOURCE_NAMES));
/** Fields that hold who a customer is. */
const IDENTIFIERS = /[cC]ustomerIdentifiers$/;

/** Who a customer is, without the sources that were not asked for. The id and the name are always told. */
const chosenIdentifiers = (
  identifiers: Readonly<Record<string, unknown>>,
  chosen: ReadonlySet<string>,
): object =>
  Object.fromEntries(
    Object.entries(identifiers).flatMap(([name, value]) => {
      if (OTHER_SOURCES.has(name)) return chosen.has(name) ? [[name, value]] : [];
      if (name !== "instore" || chosen.has("instore") || !isObject(value)) return [[name, value]];
      // Without enrichment one identifier is told: enough to know who it is.
      const { id, mobile, email, externalId } = value;
      const one =
        mobile != null ? { mobile } : email != null ? { email } : externalId != null ? { externalId } : {};
      return [[name, { id, ...one }]];
    }),
  );

const chosenPlace = (place: Readonly<Record<string, unknown>>, { till, store }: Enrichments): object =>
  Object.fromEntries(
    Object.entries(place).filter(([name]) => (name !== "till" || till) && (name !== "store" || store)),
  );

const PLACES = new Set(["enteredBy", "addedBy", "updatedBy"]);

/** What a webhook asked for, of a value of a body; the name says what it is. */
const chosenPart = (
  name: string,
  value: unknown,
  enrichments: Enrichments,
  sources: ReadonlySet<string>,
): unknown => {
  if (Array.isArray(value)) return value.map((item) => chosenPart("", item, enrichments, sources));
  if (!isObject(value)) return value;
  if (IDENTIFIERS.test(name)) return chosenIdentifiers(value, sources);
  const kept = PLACES.has(name) ? (chosenPlace(value, enrichments) as typeof value) : value;
  return Object.fromEntries(
    Object.entries(kept).map(([field, part]) => [field, chosenPart(field, part, enrichments, sources)]),
  );
};

/** The body that a webhook is sent: what it asked for of what is kept. The same text whenever it is sent again. */
export const bodyFor = (kept: KeptBody, enrichments: Enrichments): string => {
  const { availableBalance, ...body } = kept;
  const sources = new Set(
    enrichments.identifiers.map((source) =>
      source === "INSTORE" ? "instore" : (SOURCE_NAMES[source] ?? ""),
    ),
  );
  const data = chosenPart("data", body.data, enrichments, sources) as object;
  const isIssue = kept.eventName === "pointsIssued";
  return JSON.stringify({
    ...body,
    data: {
      ...data,
      ...(isIssue && enrichments.awardedReference ? { behavioralEventAttributes: {} } : {}),
      ...(availableBalance !== undefined && enrichments.availablePoints
        ? { AvailablePointsBalance: availableBalance }
        : {}),
    },
  });
};
