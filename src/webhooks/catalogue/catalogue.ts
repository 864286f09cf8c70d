import type { TObject, TSchema } from "typebox";
import { CURRENCY_EVENTS } from "./currencies.ts";
import { CUSTOMER_EVENTS } from "./customers.ts";
import { bodyShape, type EventType } from "./event-type.ts";
import { POINTS_EVENTS } from "./points.ts";
import { COUPON_EVENTS, PROMOTION_EVENTS } from "./promotions.ts";
import { REQUEST_EVENTS, REWARD_EVENTS } from "./rewards.ts";
import { TARGET_EVENTS } from "./targets.ts";
import { PARTNER_EVENTS, TIER_EVENTS } from "./tiers.ts";
import { TRANSACTION_EVENTS } from "./transactions.ts";

/** Every documented kind of event, in the order in which people meet them. */
export const EVENT_TYPES: readonly EventType[] = [
  ...CUSTOMER_EVENTS,
  ...TRANSACTION_EVENTS,
  ...POINTS_EVENTS,
  ...CURRENCY_EVENTS,
  ...TIER_EVENTS,
  ...TARGET_EVENTS,
  ...PROMOTION_EVENTS,
  ...COUPON_EVENTS,
  ...REWARD_EVENTS,
  ...PARTNER_EVENTS,
  ...REQUEST_EVENTS,
];

const byName = new Map(EVENT_TYPES.map((type) => [type.name, type]));
export const eventType = (name: string): EventType | null => byName.get(name) ?? null;

/** Whether this version makes facts that the event tells of. Others can be subscribed to, and stay silent until it does. */
export const isEmitted = ({ from }: EventType): boolean => from.length > 0;

const namesByOrigin = new Map<string, string[]>();
for (const { name, from } of EVENT_TYPES)
  for (const origin of from) namesByOrigin.set(origin, [...(namesByOrigin.get(origin) ?? []), name]);

/** Which documented events one of the outbox may be told as; none: it stays inside. */
export const toldAs = (origin: string): readonly string[] => namesByOrigin.get(origin) ?? [];

/** The JSON schema of an event's body. */
export const schemaOf = (type: EventType): TObject & { $schema: string; $id: string } => ({
  $schema: "http://json-schema.org/draft-06/schema#",
  $id: `${type.name}.json`,
  ...bodyShape(type),
});

type Node = Record<string, unknown>;

/** A body that a schema accepts, made of its examples: for trying out a receiver. */
export const sampleOf = (schema: TSchema): unknown => {
  const node = schema as Node;
  if ("const" in node) return node.const;
  const [example] = (node.examples ?? []) as unknown[];
  if (example !== undefined) return example;
  if (Array.isArray(node.anyOf)) return sampleOf(node.anyOf[0] as TSchema);
  if (node.type === "array") return [sampleOf(node.items as TSchema)];
  if (node.type === "object")
    return Object.fromEntries(
      Object.entries((node.properties ?? {}) as Record<string, TSchema>).map(([name, shape]) => [
        name,
        sampleOf(shape),
      ]),
    );
  throw new Error(`a schema of type ${String(node.type)} has no example`);
};
