import type { Organisation, Orgs } from "#orgs";
import type { Db } from "#platform";
import { errors } from "../errors.ts";
import { type CompiledProgram, compileProgram } from "./compile.ts";
import { catalogueOf } from "./conditions.ts";
import type { ProgramDefinition } from "./schema.ts";
import { findNewestVersion, findProgram } from "./store.ts";

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
    const { program, newest } = await db.transaction(orgId, async (tx) => ({
      program: await findProgram(tx, orgId, id),
      newest: await findNewestVersion(tx, orgId, id),
    }));
    if (program === null) throw errors.unknown_program({ id });
    return compileProgram(definition, {
      programId: id,
      orgId,
      name: program.name,
      description: program.description,
      pointsToCurrencyRatio: program.pointsToCurrencyRatio,
      isDefault: program.isDefault,
      version: (newest?.version ?? 0) + 1,
      effectiveFrom: 0,
      currency: organisation.currency,
      moneyScale: organisation.moneyScale,
      timeZone: organisation.timeZone,
      organization: { name: organisation.name },
      catalogue: catalogueOf(organisation),
    });
  },
});
