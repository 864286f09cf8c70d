import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { Server } from "#platform";

const DIST = fileURLToPath(new URL("../console/dist/", import.meta.url));

/** Mantine sets style attributes from script; everything else comes from our own origin, and nothing may frame us. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

const NOT_CONSOLE = /^\/(api|v1\.1|v2|v2\.1|v3|api_gateway|docs|openapi\.json|assets)(\/|$|\?)/;

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
    },
  });
  server.get("/*", { schema: { hide: true }, config: { access: "public" } }, (request, reply) => {
    if (NOT_CONSOLE.test(request.url)) {
      reply.callNotFound();
      return reply;
    }
    return reply
      .header("content-security-policy", POLICY)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "same-origin")
      .header("cache-control", "no-cache")
      .type("text/html; charset=utf-8")
      .sendFile("index.html");
  });
};
