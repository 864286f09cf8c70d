import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import { type Issue, issue, type Tx } from "#platform";
import { WARNING } from "./errors.ts";
import { shown } from "./parse-values.ts";

const OWN_EMBEDS = ["points", "mlp", "customerStatus"];
/** Embeds about points that have a part of their own in the answer. */
const POINTS_EMBEDS = [
  "expirySchedules",
  "expiredPoints",
  "promotionalPoints",
  "alternateCurrencies",
  "returnedPoints",
] as const;
export type PointsEmbed = (typeof POINTS_EMBEDS)[number];
/** Documented for the read by id alone. */
const BY_ID: readonly string[] = ["returnedPoints"];
/** Change nothing in the answer, as documented. */
const SILENT_EMBEDS = ["ignoreCardDetails", "gapDetails"];

const Points = Type.Number({ description: "With up to three decimals." });
const Day = Type.String({ description: "YYYY-MM-DD in the organisation's zone." });
const Time = Type.String({ description: "YYYY-MM-DD HH:MM:SS.s in the cluster's zone." });
const IsoTime = Type.String({ description: "ISO 8601 in the cluster's zone." });
const Promotional = Type.Array(
  Type.Object({
    points: Points,
    issuedAt: Type.Object({ code: Type.String(), name: Type.String() }),
    issuedOn: IsoTime,
    expiryDate: IsoTime,
    promotionSource: Type.Object({
      promotionSourceId: Type.Integer({ description: "The promotion; -1 = none" }),
      promotionSourceType: Type.String({ description: "GOODWILL, PROMOTION" }),
    }),
    programId: Type.Integer(),
    promotionName: Type.String(),
  }),
);

/** Parts of the documented customer that embeds about points add (customers.md §4.1, points.md §5.3). */
export const PointsShapes = {
  expirySchedules: Type.Optional(
    Type.Array(
      Type.Object({
        points: Points,
        expiryDate: Day,
        programId: Type.Integer(),
        pointsType: Type.String(),
        expiryType: Type.Union([Type.Literal("fixed"), Type.Literal("rolling")]),
      }),
    ),
  ),
  expiredPoints: Type.Optional(
    Type.Array(
      Type.Object({
        points: Points,
        expiredOn: Day,
        programId: Type.Integer(),
        expiredPointsSummary: Type.Array(
          Type.Object({
            paType: Type.String(),
            paId: Type.Integer(),
            expiryUpdateReasonType: Type.String(),
            expiryUpdateReasonNote: Type.String(),
            newExpiryDate: Time,
            eventDate: Time,
            points: Points,
            strategyName: Type.String(),
          }),
        ),
      }),
    ),
  ),
  promotionalPoints: Type.Optional(
    Type.Object({
      customerPromotionType: Promotional,
      transactionPromotionType: Promotional,
      lineitemPromotionType: Promotional,
    }),
  ),
  returnedPoints: Type.Optional(
    Type.Array(Type.Object({ points: Points, returnedOn: Day, programId: Type.Integer() })),
  ),
  alternateCurrencyDetails: Type.Optional(
    Type.Array(
      Type.Object({
        programId: Type.Integer(),
        programName: Type.String(),
        alternateCurrencyData: Type.Object({
          name: Type.String(),
          earned: Points,
          lifetimeEarned: Points,
          redeemed: Points,
          expired: Points,
          returned: Points,
          delayedEarned: Points,
          delayedLifetimeEarned: Points,
          delayedReturned: Points,
          delayedExpired: Points,
          totalAvailable: Points,
          totalRedeemed: Points,
          totalReturned: Points,
          totalExpired: Points,
        }),
      }),
    ),
  ),
};
const PointsShape = Type.Object(PointsShapes);
export type PointsParts = Readonly<Static<typeof PointsShape>>;

/** Reads the parts that some embeds name; `shortened` are those of which only the newest items are shown. */
export type PointsEmbeds = (
  tx: Tx,
  actor: Actor,
  partyId: number,
  embeds: ReadonlySet<PointsEmbed>,
) => Promise<{ readonly shown: PointsParts; readonly shortened: readonly PointsEmbed[] }>;

/** What an `embed` names, whatever the case, and a warning about what is not served. */
export const parseEmbed = (
  value: string | undefined,
  { isById, hasPoints }: { readonly isById: boolean; readonly hasPoints: boolean },
) => {
  const aboutPoints = POINTS_EMBEDS.filter((name) => hasPoints && (isById || !BY_ID.includes(name)));
  const match = <Name extends string>(name: string, list: readonly Name[]) =>
    list.find((item) => item.toLowerCase() === name.toLowerCase());
  const names = (value ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const others = names.filter((name) => !match(name, [...OWN_EMBEDS, ...aboutPoints, ...SILENT_EMBEDS]));
  return {
    embed: new Set(names.flatMap((name) => match(name, OWN_EMBEDS) ?? [])),
    points: new Set(names.flatMap((name) => match(name, aboutPoints) ?? [])),
    warnings:
      others.length === 0
        ? []
        : [issue(WARNING.notServed, `embed: ${shown(others.join(", "))} is not served by this version.`)],
  };
};

/** Says which parts leave older items out. */
export const shortenedWarnings = (embeds: readonly PointsEmbed[]): Issue[] =>
  embeds.map((name) => issue(WARNING.shortened, `${name}: only the newest awards are shown.`));
