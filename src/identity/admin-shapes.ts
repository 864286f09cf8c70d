import { Type } from "@fastify/type-provider-typebox";
import { decodeCursor, encodeCursor, failures, OwnFailure } from "#platform";
import { errors } from "./errors.ts";

/** What the routes of the administration API have in common. */
export const OWN_FAILURES = failures(OwnFailure);
export const strict = { additionalProperties: false };
export const Id = Type.Object({ id: Type.String() });

export const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()]),
    total: Type.Integer(),
  });

export const PageQuery = Type.Object({
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
});

/** An id in a path; 0, which nothing has, for anything else. */
export const pathId = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);

/** The id after which a page begins. */
export const afterId = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  const values = decodeCursor(cursor, 1);
  const id = Number(values?.[0]);
  if (values === null || !Number.isSafeInteger(id)) {
    throw errors.invalid({ field: "after", message: "after: it is no cursor of ours." });
  }
  return id;
};

/** A page of items in order of id; `found` holds one more than `limit` when there is a next page. */
export const page = <Row extends { readonly id: number }, Item>(
  found: { readonly items: readonly Row[]; readonly total: number },
  limit: number,
  shape: (row: Row) => Item,
) => {
  const items = found.items.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(shape),
    next: found.items.length > limit && last !== undefined ? encodeCursor([last.id]) : null,
    total: found.total,
  };
};
