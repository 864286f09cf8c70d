import swagger from "@fastify/swagger";
import apiReference from "@scalar/fastify-api-reference";
import type { Server } from "#platform";

const DESCRIPTION = `Fealty's whole HTTP surface: the documented dialect under /v2 and /v3 that tills and apps speak, and the
administration API under /api that the console uses.`;

/** Serves the OpenAPI 3.1 description of all routes added afterwards, and pages to browse it. */
export const addOpenApi = async (server: Server): Promise<void> => {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Fealty",
        version: "0.1.0",
        description: DESCRIPTION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          till: {
            type: "http",
            scheme: "basic",
            description: "Till code and the lower-case MD5 hex of its password",
          },
          token: { type: "apiKey", in: "header", name: "X-CAP-API-OAUTH-TOKEN" },
          session: { type: "apiKey", in: "cookie", name: "fealty_session" },
        },
      },
      security: [{ till: [] }, { token: [] }, { session: [] }],
    },
  });
  server.get("/openapi.json", { schema: { hide: true }, config: { access: "public" } }, async () =>
    server.swagger(),
  );
  await server.register(apiReference, {
    routePrefix: "/docs",
    configuration: { url: "/openapi.json", title: "Fealty API" },
  });
};
