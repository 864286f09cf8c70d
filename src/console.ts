import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { Server } from "#platform";

const DIST = fileURLToPath(new URL("../console/dist/", import.meta.url));

/** Mantine sets style attributes from script; everything else comes from our own origin, and nothing may frame us. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

const PROTECTION = [
  ["content-security-policy", POLICY],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "same-origin"],
] as const;

const NOT_CONSOLE = /^\/(api|v1\.1|v2|v2\.1|v3|api_gateway|das|x\/neo|docs|openapi\.json|assets)(\/|$|\?)/;

/** Serves the built console: its files, and its page for every other path, so that links into it load. */
export const addConsole = async (server: Server): Promise<void> => {
  if (!existsSync(`${DIST}index.html`)) return;
  await server.register(fastifyStatic, {
    root: DIST,
    prefix: "/",
    wildcard: false,
    index: false,
    decorateReply: true,
    schemaHide: true,
    setHeaders: (reply, path) => {
      const immutable = path.includes("/assets/");
      reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
      // The page is one of these files too.
      for (const [name, value] of PROTECTION) reply.header(name, value);
    },
  });
  server.get("/*", { schema: { hide: true }, config: { access: "public" } }, (request, reply) => {
    if (NOT_CONSOLE.test(request.url)) {
      reply.callNotFound();
      return reply;
    }
    return reply.sendFile("index.html");
  });
};
