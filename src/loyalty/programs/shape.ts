import { Check, Errors } from "typebox/value";
import { kindsOfExpiry, shapeOfExpiry } from "./expiry.ts";
import { type Problem, ProgramDefinition } from "./schema.ts";

const pathOf = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`),
      "",
    );

/** Tables by tier number have numbers as names, lists as places. */
const asTable = (path: string): string =>
  path.replaceAll(/(perTier|(?<=\.)tiers)\[(\d+)\](?=$|\.)/g, "$1.$2");

const CHOICES: readonly { readonly path: RegExp; readonly message: string }[] = [
  { path: /\.strategy$/, message: "must be prorated_percent, fixed or step." },
  {
    path: /^awardStrategies\[\d+\]\.type$/,
    message: "must be fixed, prorated_percent, step or multiplier.",
  },
  { path: /\.(rounding|mode)$/, message: "must be floor, ceiling, half_up, half_down or half_even." },
  { path: /\.incompleteStep$/, message: "must be floor or ceiling." },
  { path: /^upgrade\.type$/, message: "must be lazy, eager or dynamic." },
  {
    path: /^upgrade\.(criterion|secondary\[\d+\]\.kind)$/,
    message: "must be lifetime_purchases, current_points, lifetime_points, visits or tracker.",
  },
  { path: /\.combine\.kind$/, message: "must be any, all or custom." },
  { path: /\.validity\.kind$/, message: "must be months, registration_date or fixed_date." },
  { path: /\.conditions\[\d+\]\.kind$/, message: "must be purchases, visits, points or tracker." },
  { path: /\.extend\.by$/, message: "must be one_month, validity or fixed_date." },
  { path: /^downgrade\.target$/, message: "must be one_below, by_eligibility or lowest." },
  { path: /^downgrade\.check$/, message: "must be monthly or daily." },
  { path: /\.basis$/, message: "must be bill_amount or line_amount." },
  { path: /\.category$/, message: "must be regular, promised or trigger_based." },
  { path: /\.endsWith$/, message: "must be month or day." },
  { path: /^delayFrom$/, message: "must be bill_date or processing_date." },
  { path: /^transfer\.expiry$/, message: "must be keep or the id of an expiry strategy." },
  { path: /^returns\.reverseRedemption$/, message: "must be reverse or reissue." },
  { path: /^returns\.redemptionReversal$/, message: "must be keep or renew." },
  { path: /\.(date|activeFrom|activeTo)$/, message: "must be a day as YYYY-MM-DD." },
  { path: /\.identifier$/, message: "must be small letters, digits and single underscores between them." },
  { path: /\.color$/, message: "must be a colour such as #c0c0c0." },
];

/** An expiry is told by its kind: the message names what that kind lacks, not what every other kind would want. */
const EXPIRY = /^(expiry|expiryStrategies\[\d+\])(\.tiers\[\d+\])?(?=$|\.)/;

const messageFor = (path: string, message: string): string =>
  CHOICES.find((item) => item.path.test(path))?.message ?? `${message}.`;

/** What is wrong with the shape of a definition, at most so many. */
export const shapeProblems = (value: unknown, most: number): Problem[] => {
  const found = new Map<string, Problem>();
  const add = (path: string, message: string) => {
    const shown = asTable(path);
    if (!found.has(`${shown} ${message}`)) found.set(`${shown} ${message}`, { path: shown, message });
  };
  const expiries = new Set<string>();
  for (const { instancePath, message } of Errors(ProgramDefinition, value)) {
    const path = pathOf(instancePath);
    const expiry = EXPIRY.exec(path)?.[1];
    if (expiry !== undefined) {
      if (!expiries.has(expiry)) for (const [at, text] of expiryErrors(value, expiry)) add(at, text);
      expiries.add(expiry);
    } else add(path, messageFor(path, message));
    if (found.size >= most) break;
  }
  // Whatever was not understood above is still no definition.
  if (found.size === 0) add("", "is no definition of a program.");
  return [...found.values()].slice(0, most);
};

/** What is wrong with one expiry, and within it with those of single tiers. */
function* expiryErrors(definition: unknown, path: string): Generator<[string, string]> {
  const { expiry, expiryStrategies } = definition as { expiry?: unknown; expiryStrategies?: unknown[] };
  const isStrategy = path !== "expiry";
  const value = isStrategy ? expiryStrategies?.[Number(/\d+/.exec(path)?.[0])] : expiry;
  yield* variantErrors(value, path, isStrategy ? "strategy" : "program");
  const tiers = (value as { kind?: unknown; tiers?: unknown } | null)?.tiers;
  if (
    (value as { kind?: unknown } | null)?.kind !== "per_tier" ||
    typeof tiers !== "object" ||
    tiers === null
  )
    return;
  for (const [number, item] of Object.entries(tiers))
    yield* variantErrors(item, `${path}.tiers.${number}`, "tier");
}

function* variantErrors(
  value: unknown,
  path: string,
  place: "program" | "strategy" | "tier",
): Generator<[string, string]> {
  const shape = shapeOfExpiry(value, place);
  if (shape === null) {
    yield [path, kindsOfExpiry(place)];
    return;
  }
  if (Check(shape, value)) return;
  const errors = [...Errors(shape, value)].map(({ instancePath, message }) => ({
    inner: pathOf(instancePath),
    message,
  }));
  // What is missing altogether comes before what is wrong with the rest.
  const isIncomplete = errors.some(({ inner }) => inner === "");
  for (const { inner, message } of errors) {
    // Those of a tier are judged by their own kinds.
    if ((isIncomplete && inner !== "") || /^tiers(\[|\.)/.test(inner)) continue;
    const at = inner === "" ? path : `${path}.${inner}`;
    yield [at, messageFor(at, message)];
  }
}
