import type { Delivery, Webhook } from "../api/types.ts";
import type { Tone } from "../ui/status-badge.tsx";

/** What a list of deliveries can be narrowed to. */
export const DELIVERY_FILTERS = ["undelivered", "pending", "delivered", "failed", "dead"] as const;
export type DeliveryFilterWord = (typeof DELIVERY_FILTERS)[number];

export const FILTER_WORDS: Readonly<Record<DeliveryFilterWord, string>> = {
  undelivered: "Not delivered",
  pending: "Waiting",
  delivered: "Delivered",
  failed: "Refused",
  dead: "Given up",
};

export const deliveryWords = ({ status, attempts }: Pick<Delivery, "status" | "attempts">): string => {
  if (status === "pending") return attempts === 0 ? "Waiting" : "Trying again";
  return FILTER_WORDS[status];
};

export const deliveryTone = (status: Delivery["status"]): Tone => {
  if (status === "pending") return "busy";
  return status === "delivered" ? "good" : "bad";
};

/** Whether somebody may have it sent again. */
export const isUndelivered = ({ status }: Pick<Delivery, "status">): boolean =>
  status === "failed" || status === "dead";

/** How a webhook does, in a word. */
export const webhookState = ({
  active,
  failures,
  undelivered,
}: Pick<Webhook, "active" | "failures" | "undelivered">): { tone: Tone; words: string } => {
  if (!active) return { tone: "quiet", words: "Off" };
  if (failures >= 3) return { tone: "bad", words: "Does not answer" };
  return undelivered > 0
    ? { tone: "warning", words: "Some not delivered" }
    : { tone: "good", words: "Working" };
};

/** The server counts to here. */
const MOST_COUNTED = 1000;
export const countWords = (count: number): string =>
  count >= MOST_COUNTED ? `${MOST_COUNTED} or more` : String(count);

/** What a call came to: a status, or why there was none. */
export const outcomeWords = (status: number | null, problem: string): string =>
  status === null ? problem || "Not sent yet" : `HTTP ${status}`;

const MOST_NAMED = 6;
/** Some names, and how many more there are. */
export const listWords = (names: readonly string[]): string => {
  const more = names.length - MOST_NAMED;
  const named = names.slice(0, MOST_NAMED).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
};
