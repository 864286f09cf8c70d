import type { Customer } from "../api/types.ts";
import type { Tone } from "../ui/status-badge.tsx";

/** The name people see; members without one are called by what is known of them. */
export const memberName = ({
  id,
  firstName,
  lastName,
}: {
  id: number;
  firstName: string | null;
  lastName: string | null;
}): string => [firstName, lastName].filter((part) => part).join(" ") || `Member ${id}`;

const TONES: Record<string, Tone> = {
  active: "good",
  inactive: "quiet",
  suspended: "warning",
  blocked: "bad",
  deleted: "bad",
  fraud: "bad",
  merged: "quiet",
  pending_deletion: "warning",
};

export const statusTone = (status: string): Tone => TONES[status.toLowerCase()] ?? "quiet";

/** ACTIVE or PENDING_DELETION as a person writes it. */
export const plainWords = (text: string): string => {
  const words = text.replaceAll(/[_-]+/g, " ").trim().toLowerCase();
  return words === "" ? text : words[0]!.toUpperCase() + words.slice(1);
};

/** Categories of points and currencies, by their names in the API. */
export const CATEGORIES = ["REGULAR", "PROMISED", "TRIGGER_BASED"] as const;
export type CategoryName = (typeof CATEGORIES)[number];

/** The name of what is no currency of the organisation's own. */
const POINTS = "points";

/** What the points of an account are called: "Regular points", "Promised points", "Tea stamps", "Promised Tea stamps". */
export const kindOfPoints = ({ category, currency }: { category: string; currency: string }): string =>
  category === "REGULAR" && currency !== POINTS ? currency : `${plainWords(category)} ${currency}`;

/** Whether an account holds what people mean by points: those that can be spent. */
export const isRegularPoints = ({ category, currency }: { category: string; currency: string }): boolean =>
  category === "REGULAR" && currency === POINTS;

const IDENTIFIER_NAMES: Record<string, string> = {
  mobile: "Mobile",
  email: "E-mail",
  externalid: "External id",
  cardnumber: "Card",
  cardexternalid: "Card external id",
  wechat: "WeChat",
  martjackid: "Web shop id",
  fbid: "Facebook id",
  mobilepush: "App",
  web: "Web",
  line: "LINE",
  unionid: "WeChat union id",
  openid: "WeChat open id",
};

export const identifierName = (type: string): string =>
  IDENTIFIER_NAMES[type.toLowerCase().replaceAll(/[^a-z]/g, "")] ?? plainWords(type);

/** Phone numbers are kept as E.164 without its plus, which people expect. */
export const identifierText = (type: string, value: string): string =>
  type.toLowerCase() === "mobile" && /^[1-9]\d{7,14}$/.test(value) ? `+${value}` : value;

/** A source such as INSTORE, with the account when there are several. */
export const sourceName = (source: string, accountId: string | null): string =>
  `${plainWords(source)}${accountId ? ` ${accountId}` : ""}`;

/** The first identifier of a type, from the till's source before others. */
export const identifierOf = ({ identifiers }: Pick<Customer, "identifiers">, type: string): string => {
  const wanted = type.toLowerCase();
  const all = identifiers.filter((identifier) => identifier.type.toLowerCase() === wanted);
  return (all.find(({ source }) => source.toUpperCase() === "INSTORE") ?? all[0])?.value ?? "";
};

/** One entry per type and value, with every source that knows it. */
export const distinctIdentifiers = (
  identifiers: Customer["identifiers"],
): { type: string; value: string; sources: string[] }[] => {
  const byKey = new Map<string, { type: string; value: string; sources: string[] }>();
  for (const { type, value, source, accountId } of identifiers) {
    const key = `${type.toLowerCase()}:${value}`;
    const known = byKey.get(key) ?? { type, value, sources: [] };
    known.sources.push(sourceName(source, accountId));
    byKey.set(key, known);
  }
  return [...byKey.values()];
};
