import { type Check, checkParties, type Db, type Finding } from "#platform";

const PARTIES_AT_ONCE = 20_000;

const CHECKS: readonly Check[] = [
  {
    name: "every event that is to be sent waits in a queue",
    query: `
      select d.org_id as "orgId", d.party_id as "partyId",
             format('event %s for webhook %s waits in no queue', d.no, d.webhook_id) as detail
        from webhooks.deliveries d
       where d.party_id > $1 and d.party_id <= $2 and d.status = 'pending'
         and not exists (select from webhooks.queues q
                          where q.party_id = d.party_id and q.webhook_id = d.webhook_id and q.org_id = d.org_id)`,
  },
  {
    name: "every event of webhooks has a number that was handed out",
    query: `
      select e.org_id as "orgId", e.party_id as "partyId", format('event %s is beyond %s', e.no, coalesce(f.last_no, 0)) as detail
        from webhooks.events e left join webhooks.feeds f on f.org_id = e.org_id
       where e.party_id > $1 and e.party_id <= $2 and e.no > coalesce(f.last_no, 0)`,
  },
];

/** Looks for events that would never be sent: some thousands of parties at a time, beside live traffic. */
export const verifyWebhooks = (db: Db): Promise<readonly Finding[]> =>
  checkParties(db, {
    checks: CHECKS,
    nextParties:
      "select party_id from (select distinct party_id from webhooks.events where party_id > $1) p order by party_id limit $2",
    partiesAtOnce: PARTIES_AT_ONCE,
  });
