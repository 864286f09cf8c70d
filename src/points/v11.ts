import { Type } from "@fastify/type-provider-typebox";
import { AppError, isObject } from "#platform";
import { errors } from "./errors.ts";

/** The answer of v1.1 calls about points (loyalty-core.md §3.2): a status of the request, and one of every item. */

export const MAX_ITEMS = 100;

export const ItemStatus = Type.Object({
  success: Type.String({ description: "true or false, as text" }),
  code: Type.Integer(),
  message: Type.String(),
  warnings: Type.Optional(Type.Object({ warning: Type.Array(Type.String()) })),
});
export const RequestStatus = Type.Object({
  success: Type.String(),
  code: Type.Integer(),
  message: Type.String(),
});

export interface ItemStatus {
  readonly success: "true" | "false";
  readonly code: number;
  readonly message: string;
  readonly warnings?: { readonly warning: string[] };
}

export const OK_STATUS = { success: "true", code: 200, message: "Success" } as const;

/** The status of an item that succeeded; what it is warned of is told by code and in the message. */
export const done = (
  message: string,
  {
    code = 800,
    warnings = [],
  }: { code?: number; warnings?: readonly { code: number; message: string }[] } = {},
): ItemStatus => ({
  success: "true",
  code,
  message: [message, ...warnings.map((warning) => warning.message)].join(" "),
  ...(warnings.length === 0
    ? {}
    : { warnings: { warning: warnings.map((warning) => String(warning.code)) } }),
});

/** Numbers that v1.1 has for what v2 calls otherwise. */
const NUMBERS: Readonly<Record<number, number>> = { 8015: 816 };

/** The status of an item that was refused. What is no refusal of ours is a fault, told without details. */
export const failed = (error: unknown): ItemStatus =>
  error instanceof AppError
    ? { success: "false", code: NUMBERS[error.number] ?? error.number, message: error.message }
    : {
        success: "false",
        code: 500,
        message: "It could not be done because of a fault on our side; send it again.",
      };

/** 200 when every item succeeded, 201 when some failed, 500 when all did. */
export const statusOf = (items: readonly { readonly item_status: ItemStatus }[]) => {
  const failures = items.filter(({ item_status }) => item_status.success !== "true").length;
  if (failures === 0) return OK_STATUS;
  if (failures < items.length)
    return { success: "true", code: 201, message: `${failures} of ${items.length} failed.` };
  return { success: "false", code: 500, message: "All requests have failed." };
};

/** The items of `{"root": {"<name>": …}}`, one object or an array of them. Error: 400. */
export const itemsOf = (body: unknown, name: string): readonly unknown[] => {
  const root = isObject(body) ? body.root : undefined;
  const value = isObject(root) ? root[name] : undefined;
  const items = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  if (items.length === 0) throw errors.no_items({ name });
  if (items.length > MAX_ITEMS) throw errors.too_many_items({ most: MAX_ITEMS, count: items.length });
  return items;
};
