import type { PointsEmbed, PointsEmbeds, PointsParts } from "#customers";
import {
  expiredAwards,
  expiredByDay,
  expiringPoints,
  loadAccounts,
  promotionalAwards,
  returnedByDay,
} from "#ledger";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Clock, localDate } from "#platform";
import { showCurrencies, showExpired, showPromotional, showReturned, showSchedule } from "./present.ts";

export interface CustomerEmbedsParts {
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly loyalty: Pick<Loyalty, "programs" | "currencyNames">;
}

/** Lists of awards hold at most this many. */
const MOST_AWARDS = 1000;
const ONE_MORE = MOST_AWARDS + 1;
/** Later than any date that points may have. */
const LAST_DAY = "9999-12-31";

/** What the documented customer shows of points, over all programs: each item names its own. */
export const createPointsEmbeds =
  ({ clock, orgs, loyalty }: CustomerEmbedsParts): PointsEmbeds =>
  async (tx, { orgId }, partyId, embeds) => {
    const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
    const zone = organisation.timeZone;

    const readers: Record<PointsEmbed, () => Promise<{ shown: PointsParts; isShortened?: boolean }>> = {
      expirySchedules: async () => {
        const from = localDate(clock.now().getTime(), zone);
        const programIds = programs.all.map(({ programId }) => programId);
        const rows = await expiringPoints(tx, orgId, { partyId, programIds, zone, from, until: LAST_DAY });
        return { shown: { expirySchedules: showSchedule(rows) } };
      },
      expiredPoints: async () => {
        const [days, awards] = await Promise.all([
          expiredByDay(tx, orgId, { partyId, zone }),
          expiredAwards(tx, orgId, { partyId, zone, limit: ONE_MORE }),
        ]);
        const shown = showExpired({ organisation, programs }, days, awards.slice(0, MOST_AWARDS));
        return { shown: { expiredPoints: shown }, isShortened: awards.length > MOST_AWARDS };
      },
      returnedPoints: async () => {
        const days = await returnedByDay(tx, orgId, { partyId, zone });
        return { shown: { returnedPoints: showReturned(days) } };
      },
      promotionalPoints: async () => {
        const awards = await promotionalAwards(tx, orgId, { partyId, limit: ONE_MORE });
        const shown = showPromotional(organisation, awards.slice(0, MOST_AWARDS));
        return { shown: { promotionalPoints: shown }, isShortened: awards.length > MOST_AWARDS };
      },
      alternateCurrencies: async () => {
        const [names, accounts] = await Promise.all([
          loyalty.currencyNames(orgId),
          loadAccounts(tx, orgId, [partyId]),
        ]);
        return { shown: { alternateCurrencyDetails: showCurrencies(programs, names, accounts) } };
      },
    };

    const names = [...embeds];
    const read = await Promise.all(names.map((name) => readers[name]()));
    return {
      shown: Object.assign({}, ...read.map(({ shown }) => shown)),
      shortened: names.filter((_, index) => read[index]!.isShortened === true),
    };
  };
