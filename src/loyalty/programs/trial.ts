import { catalogueOf } from "#expressions";
import type { Organisation, Orgs } from "#orgs";
import type { Db } from "#platform";
import { errors } from "../errors.ts";
import { type CompiledProgram, compileProgram } from "./compile.ts";
import type { ProgramDefinition } from "./schema.ts";
import { findProgram, listVersions } from "./store.ts";
import { numberingsOf } from "./tier-moves.ts";

/** Definitions that nobody published, ready to decide with. */
export const createTrials = ({ db, orgs }: { readonly db: Db; readonly orgs: Orgs }) => ({
  /**
   * Compiles a definition that `judgeDefinition` found no problem in, as the version that it would become. It decides nothing but
   * what the caller asks of it. Errors: unknown_program.
   */
  compileTrial: async (
    orgId: number,
    id: number,
    definition: ProgramDefinition,
  ): Promise<CompiledProgram> => {
    const organisation: Organisation = await orgs.get(orgId);
    const { program, versions } = await db.transaction(orgId, async (tx) => ({
      program: await findProgram(tx, orgId, id),
      versions: (await listVersions(tx, orgId)).filter(({ programId }) => programId === id),
    }));
    if (program === null) throw errors.unknown_program({ id });
    return compileProgram(definition, {
      programId: id,
      orgId,
      name: program.name,
      description: program.description,
      pointsToCurrencyRatio: program.pointsToCurrencyRatio,
      isDefault: program.isDefault,
      version: (versions.at(-1)?.version ?? 0) + 1,
      effectiveFrom: 0,
      currency: organisation.currency,
      moneyScale: organisation.moneyScale,
      timeZone: organisation.timeZone,
      organization: { name: organisation.name },
      catalogue: catalogueOf(organisation),
      tierNumbering: numberingsOf([...versions.map((row) => row.definition), definition]).at(-1)!,
    });
  },
});
