export type { DemoSignIns, DemoTill, DemoUser } from "./credentials.ts";
export { createDemo, type Demo, type DemoOptions, type DemoParts } from "./service.ts";
