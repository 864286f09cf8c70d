import type { Orgs } from "#orgs";
import type { Db } from "#platform";
import { compileTargets, type OrgTargets } from "./compile.ts";
import { listGroups } from "./store.ts";

export interface TargetCache {
  /** Null where the organisation has no targets: nothing is then loaded for its bills. */
  get(orgId: number): Promise<OrgTargets | null>;
  /** 0 forgets every organisation's. */
  forget(orgId: number): void;
}

/**
 * Compiled targets, shared by all requests of the process. Emptied by NOTIFY targets_changed, when the organisation changes (its
 * fields, places and settings take part), and whenever notifications may have been missed.
 */
export const createTargetCache = (db: Db, orgs: Orgs): TargetCache => {
  const known = new Map<number, Promise<OrgTargets | null>>();
  let listening: Promise<void> | null = null;

  const forget = (orgId: number) => {
    if (orgId === 0) known.clear();
    else known.delete(orgId);
  };
  db.onReconnect(() => forget(0));
  orgs.onChange(forget);

  const load = async (orgId: number): Promise<OrgTargets | null> => {
    // Before the first read: a change after it must find us listening.
    listening ??= db.listen("targets_changed", (payload) => forget(Number(payload) || 0));
    listening.catch(() => {
      listening = null;
    });
    await listening;
    const organisation = await orgs.get(orgId);
    const groups = await db.apart((tx) => listGroups(tx, orgId));
    return groups.length === 0 ? null : compileTargets(organisation, groups);
  };

  const get = (orgId: number): Promise<OrgTargets | null> => {
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
