import type { MovementPreview } from "../../api/types.ts";

export type PreviewedLot = MovementPreview["entries"][number]["lots"][number];

const REASONS: Record<string, string> = {
  redeemed: "redeemed",
  expired: "expired",
  returned: "returned",
  adjusted: "taken away",
  transfer: "transferred",
  conversion: "converted",
  merge: "merged",
  settled: "pays debt",
  issued: "issued",
};

/** What happens to a lot, in a word or two. */
export const changeWords = ({ change, kind }: PreviewedLot): string => {
  const reason = REASONS[kind] ?? kind;
  if (change === "opened") return "New lot";
  if (change === "used") return kind === "settled" ? "Pays debt" : `Used: ${reason}`;
  return `Given back: ${reason}`;
};

/** The sign with which a lot's points count. */
export const signedAmount = ({ change, amount }: PreviewedLot): number =>
  change === "used" ? -amount : amount;
