import type { ManualAction, ManualValidity } from "#loyalty";
import type { Body } from "#platform";
import { readFlag, readInteger, readText, shown } from "../values.ts";
import type { AdjustTierInput } from "./adjust.ts";
import { errors } from "./errors.ts";

const ACTIONS: readonly ManualAction[] = [
  "UPGRADE",
  "DOWNGRADE",
  "RENEWAL",
  "EXTEND_CURRENT_TIER_EXPIRY_DATE",
];
const VALIDITIES = [
  "FIXED_DURATION",
  "SPECIFIC_DATE",
  "CURRENT_TIER_EXPIRY_DATE",
  "AS_PER_TIER_STRATEGY",
] as const;
const MOST_REASON = 255;
const MOST_DAYS = 36_500;

/** The documented sources that a tier can be moved from. */
const SOURCES = [
  "INSTORE",
  "FACEBOOK",
  "WEB_ENGAGE",
  "WECHAT",
  "MARTJACK",
  "TMALL",
  "TAOBAO",
  "JD",
  "ECOMMERCE",
  "WEBSITE",
  "LINE",
  "MOBILE_APP",
];
const IDENTIFIERS: Readonly<Record<string, string>> = {
  mobile: "mobile",
  id: "id",
  externalid: "externalId",
};

const upper = (value: unknown): string => (readText(value, 60) ?? "").toUpperCase();

/** Who is meant, by the query of the documented call. Raises 8003, 8013, 1212. */
export const parseWho = (query: Body) => {
  const source = upper(query.source);
  if (!SOURCES.includes(source))
    throw errors.bad_slab_source({ names: SOURCES.join(", "), value: shown(query.source), field: "source" });
  const type = upper(query.type);
  if (type !== "" && type !== "CUSTOMER")
    throw errors.no_slab_groups({ value: shown(query.type), field: "type" });
  const name = IDENTIFIERS[(readText(query.identifierName, 60) ?? "").toLowerCase()];
  if (name === undefined)
    throw errors.bad_slab_identifier({ value: shown(query.identifierName), field: "identifierName" });
  return {
    name,
    value: readText(query.identifierValue, 300) ?? "",
    source,
    accountId: readText(query.accountId, 100) ?? "",
  };
};

/** Reads the documented body. Raises 1101, 8917, 8920, 8921. */
export const parseAdjustment = (body: Body): AdjustTierInput => {
  const programId = readInteger(body.programId);
  if (programId === null || programId === undefined || programId < 1)
    throw errors.tier_program({ value: shown(body.programId), field: "programId" });
  const action = ACTIONS.find((item) => item === upper(body.slabAction));
  if (action === undefined)
    throw errors.bad_slab_action({ value: shown(body.slabAction), field: "slabAction" });
  const reassess = readFlag(body.reassessTierOnNextActivity);
  if (reassess === undefined)
    throw errors.bad_slab_flag({
      value: shown(body.reassessTierOnNextActivity),
      field: "reassessTierOnNextActivity",
    });
  const reason = readText(body.slabChangeReason, MOST_REASON);
  if (reason === undefined) throw errors.bad_slab_reason({ most: MOST_REASON, field: "slabChangeReason" });
  const validity = parseValidity(body);
  return { programId, action, toTier: readText(body.toSlabName, 200) ?? "", validity, reassess, reason };
};

const parseValidity = (body: Body): ManualValidity => {
  const kind = VALIDITIES.find((item) => item === upper(body.manualSlabActionValidity));
  const { manualSlabActionValidityUpto: upto } = body;
  const field = "manualSlabActionValidityUpto";
  switch (kind) {
    case undefined:
      throw errors.bad_slab_validity({
        value: shown(body.manualSlabActionValidity),
        field: "manualSlabActionValidity",
      });
    case "FIXED_DURATION": {
      const days = readInteger(upto) ?? 0;
      if (days < 1 || days > MOST_DAYS)
        throw errors.bad_slab_days({ most: MOST_DAYS, value: shown(upto), field });
      return { kind, days };
    }
    case "SPECIFIC_DATE": {
      // One line of the reference prints a time with the date; the day alone counts.
      const date = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(readText(upto, 40) ?? "")?.[1];
      if (date === undefined) throw errors.bad_slab_date({ value: shown(upto), field });
      return { kind, date };
    }
    default:
      if (upto !== undefined && upto !== null && upto !== "") throw errors.unneeded_slab_upto({ field });
      return { kind };
  }
};
