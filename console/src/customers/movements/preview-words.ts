import type { MovementPreview } from "../../api/types.ts";
import { wordsOfUse } from "../ledger-words.ts";

export type PreviewedLot = MovementPreview["entries"][number]["lots"][number];

/** What happens to a lot, in the words that the ledger has for it afterwards. */
export const changeWords = ({ change, kind }: PreviewedLot): string => {
  if (change === "opened") return "New lot";
  return wordsOfUse({ kind, amount: change === "used" ? 1 : -1 });
};

/** The sign with which a lot's points count. */
export const signedAmount = ({ change, amount }: PreviewedLot): number =>
  change === "used" ? -amount : amount;
