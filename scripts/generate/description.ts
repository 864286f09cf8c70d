import { createLog } from "#platform";
import { createApp } from "../../src/app.ts";
import type { ApiDescription } from "../../src/openapi.ts";

/** Asks the application's own routes what they are. Nothing is served and no database is needed: none is reached. */
export const describeApi = async (): Promise<ApiDescription> => {
  const app = await createApp({
    connectionString: "postgresql://nobody@127.0.0.1:9/none",
    dataDirectory: "/nonexistent",
    log: createLog("silent"),
  });
  try {
    await app.server.ready();
    return app.server.swagger() as unknown as ApiDescription;
  } finally {
    await app.close();
  }
};
