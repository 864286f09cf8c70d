import { localDate, parseDateTime } from "#platform";
import { errors } from "../errors.ts";
import { readSums } from "../journal/service.ts";
import { takeSnapshot } from "../journal/store.ts";
import { firstOfMonth } from "../rules.ts";
import { type LiabilityParts, namesOf } from "./names.ts";
import {
  addExpiry,
  addHoldings,
  addPeriods,
  currencyOf,
  groupsOf,
  isAsked,
  isSame,
  monthsOf,
  reportGroup,
  worthOf,
} from "./rules.ts";
import type { ExpiringLot, Liability, LiabilityQuery } from "./schema.ts";
import { type LotPosition, listLots, lotsByMonth } from "./store.ts";

export type LiabilityReports = ReturnType<typeof createLiability>;

/** What an organisation owes its members in points, how it came to that, and when it ends. */
export const createLiability = (parts: LiabilityParts) => {
  const { db, clock, orgs } = parts;
  /**
   * The report over some months, of one moment. Raises insights.future_month, months_reversed, too_many_months,
   * unknown_program.
   */
  const report = async (orgId: number, query: LiabilityQuery): Promise<Liability> => {
    const asOf = clock.now();
    const [organisation, names] = await Promise.all([orgs.get(orgId), namesOf(parts, orgId)]);
    const today = localDate(asOf.getTime(), organisation.timeZone);
    const months = monthsOf(query, today);
    const [allSums, allLots] = await db.transaction(orgId, async (tx) => {
      await takeSnapshot(tx);
      return Promise.all([
        readSums(tx, organisation, `${months[0]}-01`, "month"),
        lotsByMonth(tx, orgId, organisation.timeZone),
      ]);
    });
    const { programId } = query;
    const isThere = (id: number) => names.isProgram(id) || allSums.some((sum) => sum.programId === id);
    if (programId !== undefined && !isThere(programId)) throw errors.unknown_program({ id: programId });

    const sums = allSums.filter((sum) => isAsked(query, sum));
    const lots = allLots.filter((lot) => isAsked(query, lot));
    const groups = groupsOf([...sums, ...lots]).map((group) => ({
      ...group,
      programName: names.program(group.programId),
      currencyName: names.currency(group.currencyId),
      ...reportGroup({
        sums: sums.filter((sum) => isSame(sum, group)),
        lots: lots.filter((lot) => isSame(lot, group)),
        months,
        openEnd: months.at(-1) === today.slice(0, 7),
        worth: (points) => worthOf(points, names.ratioOf(group), organisation.moneyScale),
      }),
    }));
    const currencyId = currencyOf(query);
    const added = groups.filter((group) => group.currencyId === currencyId);
    return {
      asOf,
      months,
      currencyId,
      currencyName: names.currency(currencyId),
      total: addPeriods(added),
      now: addHoldings(added.map(({ now }) => now)),
      byMonth: months.map((_, index) => addPeriods(added.map((group) => group.months[index]!))),
      groups,
      expiry: addExpiry(
        lots.filter((lot) => lot.currencyId === currencyId),
        names.ratioOf,
        organisation.moneyScale,
      ),
    };
  };

  /** A page of open lots that expire in a month (null: never), with the members who hold them. */
  const expiringLots = async (
    orgId: number,
    query: LiabilityQuery,
    month: string | null,
    after: LotPosition | null,
    limit: number,
  ): Promise<ExpiringLot[]> => {
    const { timeZone } = await orgs.get(orgId);
    const begins = (day: string) => {
      const instant = parseDateTime(day, { zone: timeZone });
      return instant === null ? "infinity" : new Date(instant).toISOString();
    };
    const first = `${month}-01`;
    const window = month === null ? null : { from: begins(first), before: begins(firstOfMonth(first, 1)) };
    return db.transaction(orgId, (tx) => listLots(tx, orgId, query, { window, after, limit }));
  };

  return { report, expiringLots, names: (orgId: number) => namesOf(parts, orgId) };
};
