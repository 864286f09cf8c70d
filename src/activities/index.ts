export { type BillContext, parseBill } from "./parse.ts";
export { addTransactionRoutes } from "./routes.ts";
export type { LineItem, PaymentMode, Purchase, Recorded } from "./schema.ts";
export { type Activities, createActivities } from "./service.ts";
