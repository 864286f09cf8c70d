export { createReplayHere } from "./replay/here.ts";
export { createReplayThread } from "./replay/thread.ts";
export { addWhatifRoutes, type WhatifRouteParts } from "./routes.ts";
export { createWhatif, type Whatif, type WhatifParts } from "./service.ts";
