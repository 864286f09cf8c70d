import type { ImportRun } from "../api/types.ts";
import type { Tone } from "../ui/status-badge.tsx";

/** What a campaign was started with, as its run keeps it. */
export interface CampaignTerms {
  readonly name: string;
  readonly reason: string;
  readonly promotionName?: string;
  readonly points?: number;
  readonly budget?: number;
  readonly mostPerCustomer?: number;
  /** A day, or "never"; absent: by the program. */
  readonly expiresOn?: string;
}

const TONES: Record<ImportRun["status"], Tone> = {
  queued: "quiet",
  running: "busy",
  finished: "good",
  failed: "bad",
  cancelled: "warning",
};

export const runTone = (status: ImportRun["status"]): Tone => TONES[status] ?? "quiet";

/** Share of the file that was worked through, 0 to 1. A finished run is whole, whatever its bytes say. */
export const runShare = ({
  status,
  bytesRead,
  bytesTotal,
}: Pick<ImportRun, "status" | "bytesRead" | "bytesTotal">): number => {
  if (status === "finished") return 1;
  return bytesTotal === 0 ? 0 : Math.min(bytesRead / bytesTotal, 1);
};

/** Seconds that a run has taken so far, or took. */
export const runSeconds = (
  { startedAt, finishedAt }: Pick<ImportRun, "startedAt" | "finishedAt">,
  now: Date,
): number | null =>
  startedAt === null
    ? null
    : Math.max(0, ((finishedAt ? Date.parse(finishedAt) : now.getTime()) - Date.parse(startedAt)) / 1000);

export const durationText = (seconds: number): string => {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** What a run is about, what it is called, and what its records are, for people. */
const KIND_WORDS: Record<ImportRun["kind"], { title: string; description: string; records: string }> = {
  customers: { title: "Members", description: "An import of members", records: "Members" },
  transactions: { title: "Transactions", description: "An import of transactions", records: "Bills" },
  points: { title: "Points", description: "An import of points", records: "Awards" },
  campaign: { title: "Campaign points", description: "Points awarded to many", records: "Awards" },
};

export const kindWords = (kind: ImportRun["kind"]) => KIND_WORDS[kind];

/** The terms of a campaign's run; null of an import. */
export const campaignOf = ({ kind, summary }: Pick<ImportRun, "kind" | "summary">): CampaignTerms | null =>
  kind === "campaign" ? ((summary.options.campaign as CampaignTerms | undefined) ?? null) : null;

/** What the rows made, by readable names: a bill is often several rows. */
export const summaryFacts = ({
  kind,
  summary,
}: Pick<ImportRun, "kind" | "summary">): { label: string; value: number }[] => {
  const { records } = kindWords(kind);
  return [
    { label: `${records} imported`, value: summary.recordsImported },
    { label: `${records} already there`, value: summary.recordsSkipped },
    { label: `${records} set aside`, value: summary.recordsSetAside },
    { label: "Points given", value: summary.pointsGiven },
    { label: "Members registered", value: kind === "customers" ? 0 : summary.customersRegistered },
  ].filter(({ value }) => value !== 0);
};
