import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { Organisation, Orgs } from "#orgs";
import { assert, type Server } from "#platform";
import { attributedTill } from "./attribution.ts";
import type { createClients } from "./clients.ts";
import { errors } from "./errors.ts";
import { allows, permissionsOfRole } from "./permissions.ts";
import { comesFromOurPages } from "./same-origin.ts";
import type { Access, Actor, Headers } from "./schema.ts";
import type { SignIn } from "./sign-in.ts";
import type { TillSubject } from "./tills.ts";
import type { createUsers } from "./users.ts";

export const SESSION_COOKIE = "fealty_session";
const ORG_HEADER = "x-cap-api-auth-org-id";
const GUARDED = /^\/(v\d+(\.\d+)?|api|api_gateway|das|loyalty|x\/neo)(\/|$)/;
const MAX_NAME_LENGTH = 200;

export interface AuthenticationParts {
  readonly orgs: Orgs;
  readonly tills: SignIn<TillSubject>;
  readonly clients: ReturnType<typeof createClients>;
  readonly users: ReturnType<typeof createUsers>;
  /** Resolves once changes of credentials by other processes are heard. */
  readonly listening: () => Promise<void>;
}

const one = (headers: Headers, name: string): string | null => {
  const value = headers[name];
  const single = (Array.isArray(value) ? value[0] : value)?.trim();
  return single === undefined || single === "" ? null : single;
};

/** Till code and password of a Basic header; null when it has another form. */
export const parseBasic = (authorization: string): { name: string; secret: string } | null => {
  const match = /^basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization);
  if (match === null) return null;
  const text = Buffer.from(match[1]!, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1 || colon > MAX_NAME_LENGTH || text.length > 1000) return null;
  const secret = text.slice(colon + 1);
  // Documented as lower-case hex; the case of hex digits carries nothing.
  return {
    name: text.slice(0, colon),
    secret: /^[0-9A-Fa-f]{32}$/.test(secret) ? secret.toLowerCase() : secret,
  };
};

export const sessionToken = (headers: Headers): string | null =>
  /(?:^|;\s*)fealty_session=([A-Za-z0-9_-]{20,100})(?:;|$)/.exec(headers.cookie ?? "")?.[1] ?? null;

const asTill = async (
  parts: AuthenticationParts,
  headers: Headers,
  authorization: string,
): Promise<Actor> => {
  const basic = parseBasic(authorization);
  if (basic === null) throw errors.bad_credentials();
  const subject = await parts.tills.verify(basic.name, basic.secret);
  if (subject === null) throw errors.bad_credentials();
  const organisation = await parts.orgs.get(subject.orgId);
  const own = organisation.till(subject.tillId);
  // A renamed till signs in by its new code alone.
  if (own === null || own.code !== basic.name) throw errors.bad_credentials();
  if (!organisation.isActive || !own.isActive) throw errors.inactive_till({ code: own.code });
  const till = attributedTill(organisation, headers, own, { kind: "till", fallsBack: false });
  return {
    kind: "till",
    id: own.id,
    name: own.code,
    orgId: organisation.id,
    tillId: till.id,
    source: "API",
    permissions: subject.permissions,
  };
};

const permissionSets = new WeakMap<readonly string[], ReadonlySet<string>>();
const permissionSet = (permissions: readonly string[]): ReadonlySet<string> => {
  let set = permissionSets.get(permissions);
  if (set === undefined) {
    set = new Set(permissions);
    permissionSets.set(permissions, set);
  }
  return set;
};

const asClient = async (parts: AuthenticationParts, headers: Headers, token: string): Promise<Actor> => {
  const client = await parts.clients.clientOfToken(token);
  const organisation = await parts.orgs.get(client.orgId);
  const own = organisation.till(client.tillId);
  if (!organisation.isActive || own === null) throw errors.bad_token();
  const caller = { kind: "client", fallsBack: client.fallsBackToTill } as const;
  const till = attributedTill(organisation, headers, own, caller);
  if (!till.isActive) throw errors.inactive_till({ code: till.code });
  return {
    kind: "client",
    id: client.id,
    name: client.name,
    orgId: client.orgId,
    tillId: till.id,
    source: "API",
    permissions: permissionSet(client.permissions),
  };
};

const chosenOrganisation = async (
  parts: AuthenticationParts,
  headers: Headers,
  memberships: readonly { orgId: number }[],
): Promise<Organisation> => {
  const named = one(headers, ORG_HEADER);
  // Links to downloads cannot carry a header; a person of one organisation can only mean that one.
  const only = memberships.length === 1 ? memberships[0]!.orgId : null;
  const orgId = named === null ? only : /^\d{1,15}$/.test(named) ? Number(named) : 0;
  if (orgId === null) throw errors.no_organisation();
  if (!memberships.some((membership) => membership.orgId === orgId)) {
    throw errors.foreign_organisation({ id: (named ?? "").slice(0, 30) });
  }
  const organisation = await parts.orgs.get(orgId);
  if (!organisation.isActive) throw errors.foreign_organisation({ id: orgId });
  return organisation;
};

const asUser = async (parts: AuthenticationParts, request: FastifyRequest): Promise<Actor> => {
  const token = sessionToken(request.headers);
  const session = token === null ? null : await parts.users.findSession(token);
  if (session === null) throw errors.not_signed_in();
  const changes = request.method !== "GET" && request.method !== "HEAD";
  if (changes && !comesFromOurPages(request.headers, request.host)) throw errors.foreign_page();
  const organisation = await chosenOrganisation(parts, request.headers, session.memberships);
  const role = session.memberships.find((membership) => membership.orgId === organisation.id)!.role;
  return {
    kind: "user",
    id: session.user.id,
    name: session.user.name,
    orgId: organisation.id,
    tillId: null,
    source: "MEMBER_CARE",
    permissions: permissionsOfRole(role),
  };
};

const authenticate = (
  parts: AuthenticationParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Actor> => {
  const { headers } = request;
  const token = one(headers, "x-cap-api-oauth-token") ?? one(headers, "cap-api-access-token");
  if (token !== null) return asClient(parts, headers, token);
  const path = request.routeOptions.url ?? "";
  if (path === "/api" || path.startsWith("/api/")) return asUser(parts, request);
  reply.header("www-authenticate", 'Basic realm="Fealty"');
  if (headers.authorization === undefined) return Promise.reject(errors.no_credentials());
  return asTill(parts, headers, headers.authorization);
};

/** Refuses who may not do that, for calls that need more than their route says. Raises identity.denied. */
export const requireAccess = (
  { permissions }: Pick<Actor, "permissions">,
  access: Exclude<Access, "public">,
): void => {
  if (!allows(permissions, access)) throw errors.denied();
};

/** Refuses routes that say nothing of who may call them, and lets calls through to the others. */
export const installAuthentication = (server: Server, parts: AuthenticationParts): void => {
  server.decorateRequest("actor", null as unknown as Actor);
  server.addHook("onRoute", (route: RouteOptions) => {
    if (!GUARDED.test(route.url) || route.method === "OPTIONS") return;
    const said = route.config?.access !== undefined;
    assert(said, `${String(route.method)} ${route.url} does not say who may call it (config.access)`);
  });
  server.addHook("onRequest", async (request, reply) => {
    const access: Access | undefined = request.routeOptions.config?.access;
    if (access === undefined || access === "public" || request.is404) return;
    await parts.listening();
    const actor = await authenticate(parts, request, reply);
    reply.removeHeader("www-authenticate");
    requireAccess(actor, access);
    request.actor = { ...actor, requestId: request.id };
  });
};
