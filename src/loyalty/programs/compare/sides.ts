import type { Db } from "#platform";
import { errors } from "../../errors.ts";
import * as store from "../store.ts";
import { type ChangeGroup, compareDefinitions } from "./compare.ts";

/** What is compared: a published version, or the draft. */
export type SideName = number | "draft";

export interface Side {
  /** Null: the draft. */
  readonly version: number | null;
  readonly definition: unknown;
  /** When it was published, or kept last. */
  readonly at: Date | null;
  readonly by: string | null;
  readonly effectiveFrom: Date | null;
}

export interface Comparison {
  readonly from: Side;
  readonly to: Side;
  readonly groups: readonly ChangeGroup[];
}

/** Definitions of one program beside each other. */
export const createComparisons = (db: Db) => {
  /** Errors: unknown_program, unknown_version, no_draft_to_compare. */
  const readSides = (orgId: number, id: number, names: readonly SideName[]): Promise<Side[]> =>
    db.transaction(orgId, async (tx) => {
      const program = await store.findProgram(tx, orgId, id);
      if (program === null) throw errors.unknown_program({ id });
      const sides: Side[] = [];
      for (const name of names) {
        if (name !== "draft") {
          const row = await store.findVersion(tx, orgId, id, name);
          if (row === null) throw errors.unknown_version({ id, version: name });
          const { version, definition, publishedAt, publishedBy, effectiveFrom } = row;
          sides.push({ version, definition, at: publishedAt, by: publishedBy, effectiveFrom });
          continue;
        }
        const { draft, draftUpdatedAt } = program;
        if (draft === null) throw errors.no_draft_to_compare({ id });
        sides.push({ version: null, definition: draft, at: draftUpdatedAt, by: null, effectiveFrom: null });
      }
      return sides;
    });

  return {
    /** A version as it was published. Errors: unknown_program, unknown_version. */
    readVersion: async (orgId: number, id: number, version: number): Promise<Side> =>
      (await readSides(orgId, id, [version]))[0]!,
    /** What changes from one version, or the draft, to another. Errors: as readSides. */
    compareVersions: async (
      orgId: number,
      id: number,
      names: { readonly from: SideName; readonly to: SideName },
    ): Promise<Comparison> => {
      const [from, to] = await readSides(orgId, id, [names.from, names.to]);
      return { from: from!, to: to!, groups: compareDefinitions(from!.definition, to!.definition) };
    },
  };
};
