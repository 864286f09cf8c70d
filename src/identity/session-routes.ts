import { type Static, Type } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Orgs } from "#orgs";
import type { Server } from "#platform";
import { OWN_FAILURES, strict } from "./admin-shapes.ts";
import { SESSION_COOKIE, sessionToken } from "./authenticate.ts";
import { errors } from "./errors.ts";
import { permissionsOfRole } from "./permissions.ts";
import type { IdentityRouteParts } from "./routes.ts";
import { comesFromOurPages } from "./same-origin.ts";
import { ROLES, type Session } from "./schema.ts";
import { SESSION_HOURS } from "./users.ts";

const SessionShape = Type.Object({
  user: Type.Object({ id: Type.Integer(), name: Type.String(), email: Type.String() }),
  organisations: Type.Array(
    Type.Object({
      id: Type.Integer(),
      code: Type.String(),
      name: Type.String(),
      currency: Type.String(),
      timeZone: Type.String(),
      language: Type.String(),
      country: Type.String(),
      role: Type.Enum(ROLES),
      permissions: Type.Array(Type.String()),
    }),
  ),
});

const describeSession = async (session: Session, orgs: Orgs): Promise<Static<typeof SessionShape>> => {
  const organisations = [];
  for (const { orgId, role } of session.memberships) {
    const { id, code, name, currency, timeZone, language, country, isActive } = await orgs.get(orgId);
    if (!isActive) continue;
    const permissions = [...permissionsOfRole(role)];
    organisations.push({ id, code, name, currency, timeZone, language, country, role, permissions });
  }
  return { user: session.user, organisations };
};

const setCookie = (request: FastifyRequest, reply: FastifyReply, token: string, seconds: number) => {
  // Lax keeps the cookie out of requests that other sites send; Secure wherever the page itself came over TLS.
  const secure = request.protocol === "https" ? "; Secure" : "";
  reply.header(
    "set-cookie",
    `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`,
  );
};

/** Signing in must not be possible for another site either: it would put its own account under a person's hands. */
const refuseOtherSites = (request: FastifyRequest) => {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (origin === undefined && site === undefined) return;
  if (!comesFromOurPages(request.headers, request.host)) throw errors.foreign_page();
};

export const addSessionRoutes = (server: Server, { identity, orgs }: IdentityRouteParts): void => {
  const tags = ["Session"];
  const config = { access: "public" } as const;
  server.post(
    "/api/session",
    {
      config,
      schema: {
        tags,
        summary: "Sign in",
        operationId: "signIn",
        body: Type.Object(
          { email: Type.String({ maxLength: 255 }), password: Type.String({ maxLength: 1000 }) },
          strict,
        ),
        response: { 200: SessionShape, ...OWN_FAILURES },
      },
    },
    async (request, reply) => {
      refuseOtherSites(request);
      const { email, password } = request.body;
      const { token, session } = await identity.signInUser(email, password);
      const old = sessionToken(request.headers);
      if (old !== null) await identity.signOutUser(old);
      setCookie(request, reply, token, SESSION_HOURS * 3600);
      return describeSession(session, orgs);
    },
  );
  server.get(
    "/api/session",
    {
      config,
      schema: {
        tags,
        summary: "Who is signed in",
        operationId: "readSession",
        response: { 200: SessionShape, ...OWN_FAILURES },
      },
    },
    async (request) => {
      const token = sessionToken(request.headers);
      const session = token === null ? null : await identity.findSession(token);
      if (session === null) throw errors.not_signed_in();
      return describeSession(session, orgs);
    },
  );
  server.delete(
    "/api/session",
    {
      config,
      schema: {
        tags,
        summary: "Sign out",
        operationId: "signOut",
        response: { 204: Type.Null(), ...OWN_FAILURES },
      },
    },
    async (request, reply) => {
      refuseOtherSites(request);
      const token = sessionToken(request.headers);
      if (token !== null) await identity.signOutUser(token);
      setCookie(request, reply, "", 0);
      return reply.status(204).send(null);
    },
  );
};
