export { fillIn, LANGUAGES, type Language, languageOf, localeOf } from "./language.ts";
export { addMailboxRoutes, type CodeShown } from "./mailbox-routes.ts";
export { defineDelivery, messageQueued } from "./queue.ts";
export { defineRetention } from "./retention.ts";
export type { Lapsed, Letter, LetterPart, NewMessage, QueuedMessage } from "./schema.ts";
export { type Compose, createMessages, type Messages } from "./service.ts";
export { insertMessages } from "./store.ts";
