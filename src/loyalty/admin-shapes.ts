import { Type } from "@fastify/type-provider-typebox";
import { errors } from "./errors.ts";
import { Problem } from "./programs/schema.ts";

export const Nullable = <T extends Parameters<typeof Type.Array>[0]>(shape: T) =>
  Type.Union([shape, Type.Null()]);

export const Document = Type.Record(Type.String(), Type.Unknown(), {
  description: "Tiers, upgrade, rule sets by activity and expiry, as the README of loyalty describes them",
});
export const Warnings = Type.Array(Problem, {
  description: "What does not keep it from being published, and keeps it from doing what it says",
});
export const ProgramParams = Type.Object({ id: Type.String() });

/** The zone in which people of an organisation read times. */
export type ZoneOf = (orgId: number) => Promise<string>;
/** What a definition needs of an organisation and does not find there. */
export type WarningsOf = (orgId: number, definition: unknown) => Promise<Problem[]>;

export const idOf = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw errors.unknown_program({ id: text.slice(0, 40) });
  return Number(text);
};
