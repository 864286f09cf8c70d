export { nameCall } from "./name-call.ts";
export type { NewEvent, PublishedEvent } from "./schema.ts";
export { createEvents, type Events, type Subscriber } from "./service.ts";
