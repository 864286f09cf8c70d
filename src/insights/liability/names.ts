import { type CurrencyNames, POINTS } from "#ledger";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import type { Clock, Db } from "#platform";
import type { RatioOf } from "./rules.ts";

export interface LiabilityParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly loyalty: Pick<Loyalty, "programs">;
  /** Alternate currencies of an organisation by id; none when absent. */
  readonly currencies?: (orgId: number) => Promise<CurrencyNames>;
}

/** What programs and currencies are called, and what programs say a point is worth. */
export const namesOf = async ({ loyalty, currencies }: LiabilityParts, orgId: number) => {
  const [programs, known] = await Promise.all([loyalty.programs(orgId), currencies?.(orgId)]);
  const ratioOf: RatioOf = ({ programId, currencyId }) =>
    currencyId === POINTS ? (programs.byId(programId)?.newest.pointsToCurrencyRatio ?? null) : null;
  return {
    ratioOf,
    program: (id: number) => programs.byId(id)?.name ?? "",
    isProgram: (id: number) => programs.byId(id) !== null,
    currency: (id: number) => (id === POINTS ? "points" : (known?.get(id)?.name ?? String(id))),
  };
};
