import type { FastifyRequest } from "fastify";

/** Bundles of endpoints that an access group opens for reading or writing; neither includes the other. */
export const RESOURCES = [
  "Customer",
  "Transaction",
  "Points",
  "Organization",
  "Program",
  "Import",
  "User",
  "Insights",
  "Webhook",
] as const;
export type Resource = (typeof RESOURCES)[number];
export type Mode = "read" | "write";
/** `Transaction:return`: take goods back on recorded bills, and record or change no others. Writing transactions includes it. */
export type Permission = `${Resource}:${Mode}` | "Transaction:return";

/** What a route asks for. "public" routes see no actor. */
export type Access =
  | { readonly resource: Resource; readonly mode: Mode }
  | { readonly resource: "Transaction"; readonly mode: "return" }
  | "public";

/** Who acts in a request, a job or an import. */
export interface Actor {
  readonly kind: "till" | "client" | "user" | "system";
  /** Id of the till, client or user; 0 for the system. */
  readonly id: number;
  /** Till code, client name, user's name or the system's task: shown in audit trails. */
  readonly name: string;
  readonly orgId: number;
  /** The till that the call is attributed to; null for people and the system. */
  readonly tillId: number | null;
  /** Where the act comes from, by its documented name: API, MEMBER_CARE (console), IMPORT (system). */
  readonly source: string;
  readonly permissions: ReadonlySet<string>;
  /** The call in which it acts, by the id that the caller is answered with; absent of jobs and imports. */
  readonly requestId?: string;
}

export const ROLES = ["owner", "admin", "marketer", "care_agent"] as const;
export type Role = (typeof ROLES)[number];

export interface Client {
  readonly id: number;
  readonly orgId: number;
  readonly name: string;
  readonly key: string;
  readonly tillId: number;
  readonly fallsBackToTill: boolean;
  readonly ttlSeconds: number;
  readonly permissions: readonly string[];
  readonly isActive: boolean;
  readonly createdAt: Date;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

/** A signed-in person with the organisations that they may open. */
export interface Session {
  readonly user: { readonly id: number; readonly name: string; readonly email: string };
  readonly memberships: readonly { readonly orgId: number; readonly role: Role }[];
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set by identity before any handler of a route that is not public. */
    actor: Actor;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}

export type Headers = FastifyRequest["headers"];
