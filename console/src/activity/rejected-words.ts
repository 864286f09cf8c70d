/** Statuses of parked bills for people, in the order of the filter. */
export const STATUSES = [
  { value: "", label: "Waiting" },
  { value: "ALL", label: "All" },
  { value: "SUCCESS", label: "Recorded" },
  { value: "PERMANENT_FAILED", label: "Written off" },
  { value: "MAX_OUT", label: "Refused too often" },
] as const;
export const STATUS_WORDS = STATUSES.map(({ value }) => value).filter((value) => value !== "");

const WORDS: Record<string, string> = {
  OPEN: "Waiting",
  PARTIAL_FIXED: "Put right in part",
  FIXED: "About to be retried",
  REPLAYED: "Being retried",
  SUCCESS: "Recorded",
  PERMANENT_FAILED: "Written off",
  MAX_OUT: "Refused too often",
};
const TONES: Record<string, "good" | "bad" | "quiet"> = {
  SUCCESS: "good",
  PERMANENT_FAILED: "bad",
  MAX_OUT: "bad",
};

export const statusWords = (status: string): string => WORDS[status] ?? status;
export const statusTone = (status: string) => TONES[status] ?? "quiet";

/** Only these can be retried or written off. */
export const isWaiting = ({ status }: { readonly status: string }): boolean =>
  status === "OPEN" || status === "PARTIAL_FIXED";

/** Kinds of reasons that the list can be narrowed to. */
export const REASONS = [
  { value: "842", label: "Unknown payment mode" },
  { value: "671", label: "Unknown store or till" },
  { value: "91016", label: "Missing field" },
] as const;
