import { type Check, checkParties, type Db, type Finding } from "#platform";

const PARTIES_AT_ONCE = 20_000;

const within = (alias: string) => `${alias}.party_id > $1 and ${alias}.party_id <= $2`;

/** What no foreign key can say: the directory lives elsewhere, display copies and search terms repeat what is true. */
const CHECKS: readonly Check[] = [
  {
    name: "every key of the directory leads to a customer who has the identifier",
    query: `
      select k.org_id as "orgId", k.party_id as "partyId", format('%s is in the directory alone', k.key) as detail
        from customers.identifier_keys k
       where ${within("k")}
         and not exists (select from customers.identifiers i
                          where i.party_id = k.party_id and i.org_id || ':' || i.type || ':' || i.value = k.key)`,
  },
  {
    name: "every customer is in the directory",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", 'no identifier leads to the customer' as detail
        from customers.customers c
       where ${within("c")} and c.merged_into is null
         and not exists (select from customers.identifiers i join customers.identifier_keys k
                             on k.key = i.org_id || ':' || i.type || ':' || i.value and k.party_id = i.party_id
                          where i.party_id = c.party_id)`,
  },
  {
    name: "every customer has a profile",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", 'the customer has no profile' as detail
        from customers.customers c
       where ${within("c")} and c.merged_into is null
         and not exists (select from customers.profiles p where p.party_id = c.party_id)`,
  },
  {
    name: "what a customer is shown by belongs to a profile",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", format('%s %s is of no profile', d.type, d.value) as detail
        from customers.customers c
       cross join lateral (values ('mobile', c.mobile), ('email', c.email), ('externalId', c.external_id)) d (type, value)
       where ${within("c")} and c.merged_into is null and d.value is not null
         and not exists (select from customers.identifiers i
                          where i.party_id = c.party_id and i.type = d.type and i.value = d.value)`,
  },
  {
    name: "a customer who was merged into another has nothing that others are known by",
    query: `
      select h.org_id as "orgId", h.party_id as "partyId", format('merged into %s, but has %s', c.merged_into, h.what) as detail
        from (select p.org_id, p.party_id, 'a profile in ' || p.source as what from customers.profiles p where ${within("p")}
              union all
              select k.org_id, k.party_id, 'the key ' || k.key from customers.identifier_keys k where ${within("k")}) h
        join customers.customers c on c.party_id = h.party_id
       where c.merged_into is not null`,
  },
  {
    name: "a customer who was merged leads to one who is not, by a merge that was not undone",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", format('merged into %s', c.merged_into) as detail
        from customers.customers c
        left join customers.customers s on s.party_id = c.merged_into and s.org_id = c.org_id and s.merged_into is null
       where ${within("c")} and c.merged_into is not null
         and (s.party_id is null or not exists (
           select from customers.merges m
            where m.victim_id = c.party_id
              and not exists (select from customers.merge_undos u where u.party_id = m.party_id and u.merge_id = m.id)))`,
  },
  {
    name: "every customer's history begins with the registration",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", 'the registration is not in the audit trail' as detail
        from customers.customers c
       where ${within("c")}
         and not exists (select from customers.changes h where h.party_id = c.party_id and h.kind = 'registered')`,
  },
];

const NEXT_PARTIES = `
  select party_id from (
    (select party_id from customers.customers where party_id > $1 order by party_id limit $2)
    union (select party_id from customers.identifier_keys where party_id > $1 order by party_id limit $2)) every_party
   order by party_id limit $2`;

/** Compares customers with the directory and with what repeats them, beside live traffic. */
export const verifyCustomers = (db: Db): Promise<readonly Finding[]> =>
  checkParties(db, {
    checks: CHECKS,
    nextParties: NEXT_PARTIES,
    partiesAtOnce: PARTIES_AT_ONCE,
  });
