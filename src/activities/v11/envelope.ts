import { Type } from "@fastify/type-provider-typebox";
import { AppError, type Body, isObject } from "#platform";
import { errors } from "../errors.ts";
import { codeOf, inWordsOfV11, warningCodeOf } from "./words.ts";

/** The answer of v1.1 calls about bills (loyalty-core.md §3.2): a status of the request, and one of every item. */

export const MAX_BATCH = 100;

export const ItemStatus = Type.Object({
  success: Type.String({ description: "true or false, as text" }),
  code: Type.Integer(),
  message: Type.String(),
  warnings: Type.Object({ warning: Type.Array(Type.String()) }),
});
export const Status = Type.Object({ success: Type.String(), code: Type.Integer(), message: Type.String() });
export const V11Transactions = Type.Object({
  response: Type.Object({
    status: Status,
    transactions: Type.Object({
      transaction: Type.Array(Type.Object({ item_status: ItemStatus }, { additionalProperties: true })),
    }),
  }),
});
export const V11Request = Type.Unknown({
  description: `{"root": {"transaction": …}}: one object, or an array of up to ${MAX_BATCH}`,
});

export interface Warned {
  readonly code: number;
  readonly message: string;
}

export interface ItemStatus {
  readonly success: "true" | "false";
  readonly code: number;
  readonly message: string;
  readonly warnings: { readonly warning: string[] };
}

export interface Item extends Record<string, unknown> {
  readonly item_status: ItemStatus;
}

/** The status of an item that succeeded; what it is warned of is told by code and in the message. */
export const done = (code: number, message: string, warnings: readonly Warned[] = []): ItemStatus => ({
  success: "true",
  code,
  message: [message, ...warnings.map((warning) => inWordsOfV11(warning.message))].join(" "),
  warnings: { warning: [...new Set(warnings.map((warning) => String(warningCodeOf(warning.code))))] },
});

/** The status of an item that was refused. What is no refusal of ours is a fault, told without details. */
export const failed = (error: unknown): ItemStatus => {
  const known = error instanceof AppError;
  return {
    success: "false",
    code: known ? codeOf(error) : 500,
    message: known
      ? inWordsOfV11(error.message)
      : "It could not be done because of a fault on our side; send it again.",
    warnings: { warning: [] },
  };
};

/** 200 when every item succeeded, 201 when some failed, 500 when all did. */
export const statusOf = (items: readonly { readonly item_status: { readonly success: string } }[]) => {
  const failures = items.filter(({ item_status }) => item_status.success !== "true").length;
  if (failures === 0) return { success: "true", code: 200, message: "Success" };
  if (failures < items.length)
    return { success: "true", code: 201, message: `${failures} of ${items.length} failed.` };
  return { success: "false", code: 500, message: "All requests have failed." };
};

export const transactionsAnswer = (items: readonly Item[]) => ({
  response: { status: statusOf(items), transactions: { transaction: [...items] } },
});

/** One or many: v1.1 bodies hold an object where there is one item. */
export const oneOrMany = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) ? value : [value];
};

/** The items of a body. Errors: activities.no_root, activities.empty_batch_v11, activities.batch_limit_v11. */
export const itemsOf = (body: unknown): readonly unknown[] => {
  if (!isObject(body) || !isObject(body.root)) throw errors.no_root();
  const items = oneOrMany(body.root.transaction);
  if (items.length === 0) throw errors.empty_batch_v11();
  if (items.length > MAX_BATCH) throw errors.batch_limit_v11({ most: MAX_BATCH, count: items.length });
  return items;
};

/** `{field: [{name, value}]}` as an object name → value; null stays null, so that it is refused where it is read. */
export const namedValues = (value: unknown, field: string, list: string): Body => {
  if (value === undefined || value === null || value === "") return {};
  if (!isObject(value)) throw errors.bad_field({ field, expected: `an object with ${list}` });
  const found: Record<string, unknown> = {};
  for (const item of oneOrMany(value[list])) {
    if (!isObject(item) || (typeof item.name !== "string" && typeof item.name !== "number"))
      throw errors.bad_field({ field: `${field}.${list}`, expected: "objects with name and value" });
    found[String(item.name)] = item.value ?? null;
  }
  return found;
};

/** A value as text; what was kept as an object, as JSON. */
export const plainText = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

/** An object name → value as `{field: [{name, value}]}`, every value a text. */
export const asNamedValues = (values: Readonly<Record<string, unknown>>) => ({
  field: Object.entries(values).map(([name, value]) => ({ name, value: plainText(value) })),
});
