export { closeJournals } from "./journal/service.ts";
export { addLiabilityRoutes, type LiabilityRouteParts } from "./liability/routes.ts";
export { createLiability, type LiabilityParts, type LiabilityReports } from "./liability/service.ts";
export { type LiabilityFinding, verifyLiability } from "./liability/verify.ts";
export { addInsightsRoutes, type InsightsRouteParts } from "./routes.ts";
export { addSearchRoutes, type SearchRouteParts } from "./search-routes.ts";
export { createInsights, type Insights, type InsightsParts } from "./service.ts";
