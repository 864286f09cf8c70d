export { EVENT_TYPES, schemaOf } from "./catalogue/catalogue.ts";
export { addWebhookRoutes, type WebhookRouteParts } from "./routes.ts";
export { createWebhooks, type Webhooks } from "./service.ts";
export { verifyWebhooks } from "./verify.ts";
