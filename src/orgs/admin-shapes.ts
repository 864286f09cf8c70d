import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure } from "#platform";

/** What the routes of the administration API have in common. */
export const READ = { access: { resource: "Organization", mode: "read" } } as const;
export const WRITE = { access: { resource: "Organization", mode: "write" } } as const;
export const OWN_FAILURES = failures(OwnFailure);
export const strict = { additionalProperties: false };
export const Id = Type.Object({ id: Type.String() });

/** A page of a list: `next` is the cursor of the next one. */
export const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()]),
    total: Type.Integer(),
  });
