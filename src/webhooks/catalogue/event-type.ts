import { type TObject, Type } from "typebox";
import { maybe } from "./shapes.ts";

export const AREAS = [
  "Customers",
  "Groups",
  "Transactions",
  "Points",
  "Alternate currencies",
  "Tiers",
  "Targets, streaks and badges",
  "Promotions",
  "Coupons",
  "Rewards",
  "Partner programs",
  "Requests",
] as const;
export type Area = (typeof AREAS)[number];

/** A documented kind of event. */
export interface EventType {
  readonly name: string;
  /** What bodies call it, where that is another name. */
  readonly bodyName?: string;
  readonly area: Area;
  /** When it is sent: a sentence. */
  readonly summary: string;
  /** The shape of `data`. */
  readonly data: TObject;
  /** Types of events in the outbox that it is told of; none: nothing makes such a fact yet. */
  readonly from: readonly string[];
}

/** Defines event types of an area. */
export const eventsOf =
  (area: Area) =>
  (name: string, summary: string, data: TObject, from: readonly string[] = []): EventType => ({
    name,
    area,
    summary,
    data,
    from,
  });

/** The whole body that a receiver gets. */
export const bodyShape = ({
  name,
  bodyName,
  summary,
  data,
}: Pick<EventType, "name" | "bodyName" | "summary" | "data">): TObject =>
  Type.Object(
    {
      eventName: Type.Literal(bodyName ?? name),
      eventId: Type.String({
        description: "The same whenever the event is sent again",
        examples: ["7f0c6a56-0d8c-4d5a-9a55-0f6f6d1c2b3a"],
      }),
      eventLogId: maybe(Type.Integer({ description: "The event of the points ledger", examples: [9001] })),
      orgId: Type.Integer({ examples: [77] }),
      refId: maybe(Type.String({ examples: ["77_9001"] })),
      apiRequestId: maybe(
        Type.String({ description: "x-cap-requestid of the call", examples: ["Zk3v0pQa-1f"] }),
      ),
      createdAt: Type.Integer({ description: "Milliseconds since 1970 UTC", examples: [1767260100000] }),
      loyaltyEventId: maybe(Type.String({ examples: ["9001/14"] })),
      traceAttributes: Type.Object({}),
      data,
    },
    { title: name, description: summary },
  );
