import type { WhatIf, WhatIfResult } from "../api/types.ts";
import type { Format } from "../ui/format.ts";
import type { Tone } from "../ui/status-badge.tsx";

const TONES: Record<WhatIf["status"], Tone> = {
  queued: "quiet",
  running: "busy",
  finished: "good",
  failed: "bad",
  cancelled: "warning",
};
export const runTone = (status: WhatIf["status"]): Tone => TONES[status];

const WORDS: Record<WhatIf["status"], string> = {
  queued: "Waiting",
  running: "Under way",
  finished: "Done",
  failed: "Failed",
  cancelled: "Stopped",
};
export const runWord = (status: WhatIf["status"]): string => WORDS[status];

/** Share of the bills that were decided, 0 to 1. */
export const runShare = ({ status, billsDone, billsTotal }: WhatIf): number =>
  status === "finished" ? 1 : billsTotal === 0 ? 0 : Math.min(billsDone / billsTotal, 1);

/** What is tried. */
export const triedText = ({ subject, subjectVersion }: WhatIf): string =>
  subject === "version" ? `Version ${subjectVersion}` : subject === "draft" ? "The draft" : "A definition";

/** What it is compared with. */
export const comparedText = ({ comparisonVersion }: WhatIf): string =>
  comparisonVersion === null ? "What was in force" : `Version ${comparisonVersion}`;

/** A day as it is given, YYYY-MM-DD, with its year. */
export const dayText = (format: Format, day: string): string => format.date(new Date(`${day}T12:00:00Z`));

export const periodText = (format: Format, { from, to }: Pick<WhatIf, "from" | "to">): string =>
  `${dayText(format, from)} – ${dayText(format, to)}`;

type Bucket = WhatIfResult["difference"]["buckets"][number];

/** The difference that a bucket holds, such as "+10 to +100". */
export const bucketText = ({ from, until }: Bucket, format: Pick<Format, "signedPoints">): string => {
  const text = format.signedPoints;
  if (from === null) return `below ${text(until ?? 0)}`;
  if (until === null) return `${text(from)} or more`;
  if (from > 0 && from <= 0.001) return `up to ${text(until)}`;
  return isNoDifference({ from, until }) ? "no difference" : `${text(from)} to ${text(until)}`;
};

/** The one bucket of those who get the same: a point has three decimals. */
export const isNoDifference = ({ from, until }: Pick<Bucket, "from" | "until">): boolean =>
  from === 0 && until !== null && until <= 0.001;

/** Months of both lanes: what each has in every month that either has. */
export const bothMonths = ({ tried, compared }: Pick<WhatIfResult, "tried" | "compared">) => {
  const byMonth = (lane: WhatIfResult["tried"]) => new Map(lane.months.map((row) => [row.month, row]));
  const [one, other] = [byMonth(tried), byMonth(compared)];
  const months = [...new Set([...one.keys(), ...other.keys()])].sort();
  const last = { tried: 0, compared: 0 };
  return months.map((month) => {
    // After its last month nothing is left but what never expires.
    last.tried = one.get(month)?.outstanding ?? last.tried;
    last.compared = other.get(month)?.outstanding ?? last.compared;
    return {
      month,
      given: { tried: one.get(month)?.given ?? 0, compared: other.get(month)?.given ?? 0 },
      expiring: { tried: one.get(month)?.expiring ?? 0, compared: other.get(month)?.expiring ?? 0 },
      outstanding: { ...last },
    };
  });
};

/** A rule in both lanes, by its id; null where a lane has none. */
export const rulesBeside = ({ tried, compared }: Pick<WhatIfResult, "tried" | "compared">) => {
  const find = (lane: WhatIfResult["tried"], id: string) => lane.rules.filter(({ ruleId }) => ruleId === id);
  const ids = [...new Set([...tried.rules, ...compared.rules].map(({ ruleId }) => ruleId))];
  return ids.map((ruleId) => {
    const [own, others] = [find(tried, ruleId), find(compared, ruleId)];
    const named = own[0] ?? others[0]!;
    return { ruleId, name: named.name, setName: named.setName, tried: sumOf(own), compared: sumOf(others) };
  });
};

type RuleRow = WhatIfResult["tried"]["rules"][number];

/** Figures of a rule over the versions that have it. */
const sumOf = (rows: RuleRow[]) => {
  if (rows.length === 0) return null;
  const sum = (value: (row: RuleRow) => number) => rows.reduce((total, row) => total + value(row), 0);
  const points = (row: RuleRow) =>
    row.given.reduce((total, item) => total + (item.currencyId === 0 ? item.points : 0), 0);
  return {
    tried: sum((row) => row.tried),
    hits: sum((row) => row.hits),
    undetermined: sum((row) => row.undetermined),
    points: Math.round(sum(points) * 1000) / 1000,
    others: rows.flatMap((row) => row.given.filter(({ currencyId }) => currencyId !== 0)),
  };
};
