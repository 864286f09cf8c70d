import { catalogueOf } from "#expressions";
import type { Orgs } from "#orgs";
import type { Db, Logger } from "#platform";
import { compileProgram } from "./compile.ts";
import { historyOf, type OrgPrograms, orgPrograms } from "./history.ts";
import { listPrograms, listVersions } from "./store.ts";
import { numberingsOf } from "./tier-moves.ts";

export interface ProgramCache {
  get(orgId: number): Promise<OrgPrograms>;
  /** 0 forgets every organisation's. */
  forget(orgId: number): void;
}

/**
 * Compiled programs, shared by all requests of the process. Emptied by NOTIFY programs_changed, when the organisation
 * changes (its fields take part in expressions), and whenever notifications may have been missed.
 */
export const createProgramCache = (db: Db, orgs: Orgs, log: Logger): ProgramCache => {
  const known = new Map<number, Promise<OrgPrograms>>();
  let listening: Promise<void> | null = null;

  const forget = (orgId: number) => {
    if (orgId === 0) known.clear();
    else known.delete(orgId);
  };
  db.onReconnect(() => forget(0));
  orgs.onChange(forget);

  const load = async (orgId: number): Promise<OrgPrograms> => {
    // Before the first read: a change after it must find us listening.
    listening ??= db.listen("programs_changed", (payload) => forget(Number(payload) || 0));
    listening.catch(() => {
      listening = null;
    });
    await listening;
    const organisation = await orgs.get(orgId);
    const [programs, versions] = await db.apart((tx) =>
      Promise.all([listPrograms(tx, orgId), listVersions(tx, orgId)]),
    );
    const catalogue = catalogueOf(organisation);
    const histories = programs.flatMap((program) => {
      const rows = versions.filter((row) => row.programId === program.id);
      const numberings = numberingsOf(rows.map(({ definition }) => definition));
      const compiled = rows.map((row, index) =>
        compileProgram(row.definition, {
          programId: program.id,
          orgId,
          name: program.name,
          description: program.description,
          pointsToCurrencyRatio: program.pointsToCurrencyRatio,
          isDefault: program.isDefault,
          version: row.version,
          effectiveFrom: row.effectiveFrom.getTime(),
          currency: organisation.currency,
          moneyScale: organisation.moneyScale,
          timeZone: organisation.timeZone,
          organization: { name: organisation.name },
          catalogue,
          tierNumbering: numberings[index]!,
        }),
      );
      return compiled.length === 0 ? [] : [historyOf(compiled)];
    });
    log.debug({ organisation: orgId, programs: histories.length }, "compiled the programs");
    return orgPrograms(histories);
  };

  const get = (orgId: number): Promise<OrgPrograms> => {
    const found = known.get(orgId);
    if (found !== undefined) return found;
    const loading = load(orgId);
    known.set(orgId, loading);
    loading.catch(() => {
      if (known.get(orgId) === loading) known.delete(orgId);
    });
    return loading;
  };
  return { get, forget };
};
