export { addInsightsRoutes, type InsightsRouteParts } from "./routes.ts";
export { addSearchRoutes, type SearchRouteParts } from "./search-routes.ts";
export { createInsights, type Insights, type InsightsParts } from "./service.ts";
