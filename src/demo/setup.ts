import type { Loyalty, ProgramDefinition } from "#loyalty";
import type { Author, EntityInput, FieldInput, Organisation, Orgs } from "#orgs";
import { type Clock, type Instant, startOfDay } from "#platform";
import { CONCEPTS, STORES, tillCode, ZONES } from "./places.ts";
import { FIRST_DAY, shiftFor } from "./replay.ts";

export const ORGANISATION_CODE = "abc";
const PROGRAM = "ABC Rewards";

export interface SetupParts {
  readonly orgs: Orgs;
  readonly loyalty: Loyalty;
  readonly clock: Clock;
}

const FIELDS: readonly FieldInput[] = [
  { kind: "extended", scope: "CUSTOMER", name: "country", label: "Country", dataType: "string" },
  {
    kind: "extended",
    scope: "CUSTOMER",
    name: "segment",
    label: "Segment",
    dataType: "enum",
    enumValues: ["retail", "wholesale"],
  },
  {
    kind: "extended",
    scope: "TRANSACTION",
    name: "channel",
    label: "Channel",
    dataType: "enum",
    enumValues: ["in_store", "click_and_collect", "phone_order"],
  },
];

/** Three tiers by lifetime purchases; 1, 2 and 3 points per pound; a point is worth a penny. */
export const DEFINITION: ProgramDefinition = {
  tiers: [
    { number: 1, name: "Member", description: "Everyone who joins", color: "#7a8699", threshold: 0 },
    { number: 2, name: "Silver", description: "From £1,500 in purchases", color: "#9fb3c8", threshold: 1500 },
    { number: 3, name: "Gold", description: "From £6,000 in purchases", color: "#d9a93b", threshold: 6000 },
  ],
  upgrade: { criterion: "lifetime_purchases", type: "lazy" },
  activities: {
    TransactionAdd: [
      {
        id: "purchases",
        name: "Purchases",
        rules: [
          {
            id: "base",
            name: "Points on every purchase",
            condition: "currentTxn.value > 0",
            award: {
              strategy: "prorated_percent",
              basis: "bill_amount",
              perTier: { "1": 100, "2": 200, "3": 300 },
              rounding: "half_up",
              decimals: 2,
            },
          },
        ],
      },
    ],
  },
  expiry: { kind: "months", months: 12, endsWith: "month" },
};

const findOrCreate = async ({ orgs }: SetupParts): Promise<Organisation> => {
  const known = (await orgs.list()).find(({ code }) => code === ORGANISATION_CODE);
  if (known) return orgs.get(known.id);
  return orgs.createOrganisation({
    code: ORGANISATION_CODE,
    name: "ABC Group",
    country: "GB",
    timeZone: "Europe/London",
    currency: "GBP",
    language: "en",
    website: "https://abc.example",
  });
};

/**
 * Creates the organisation with its places, fields and program, or whatever of it is missing after a first start that was
 * cut short. `shiftDays` is known when purchases have been replayed already.
 */
export const setUpOrganisation = async (
  parts: SetupParts,
  shiftDays: number | null,
): Promise<Organisation> => {
  const made = await findOrCreate(parts);
  const author: Author = { orgId: made.id, name: "demo" };
  await addPlaces(parts.orgs, author);
  const { fields } = await parts.orgs.get(made.id);
  for (const field of FIELDS) {
    if (fields.some(({ scope, name }) => scope === field.scope && name === field.name)) continue;
    await parts.orgs.defineField(author, field);
  }
  const days = shiftDays ?? shiftFor(parts.clock.now().getTime(), made.timeZone);
  await publishRewards(parts, author, dayBeforeFirst(made, days));
  return parts.orgs.get(made.id);
};

/** Midnight that begins the day before the first purchase. */
const dayBeforeFirst = ({ timeZone }: Organisation, shiftDays: number): Instant =>
  startOfDay(Date.parse(`${FIRST_DAY}T12:00:00Z`), timeZone, shiftDays - 1);

const addPlaces = async (orgs: Orgs, author: Author): Promise<void> => {
  const { orgId } = author;
  const organisation = await orgs.get(orgId);
  const known = new Map<string, number>(
    (["CONCEPT", "ZONE", "STORE", "TILL"] as const).flatMap((type) =>
      organisation.entities(type).map((entity) => [`${type} ${entity.code}`, entity.id]),
    ),
  );
  const ensure = async (input: EntityInput): Promise<number> => {
    const key = `${input.type} ${input.code}`;
    const id = known.get(key) ?? (await orgs.createEntity(author, input)).id;
    known.set(key, id);
    return id;
  };
  for (const concept of CONCEPTS) await ensure({ type: "CONCEPT", ...concept });
  for (const zone of ZONES) await ensure({ type: "ZONE", ...zone });
  for (const { code, name, concept, zone, address, tills } of STORES) {
    const storeId = await ensure({
      type: "STORE",
      code,
      name,
      address,
      parentConceptId: known.get(`CONCEPT ${concept}`)!,
      parentZoneId: known.get(`ZONE ${zone}`)!,
    });
    for (let number = 1; number <= tills; number++) {
      await ensure({ type: "TILL", code: tillCode(code, number), name: `Till ${number}`, storeId });
    }
  }
};

const publishRewards = async ({ loyalty }: SetupParts, author: Author, from: Instant): Promise<void> => {
  const { orgId } = author;
  if ((await loyalty.programs(orgId)).default !== null) return;
  const programs = await loyalty.listPrograms(orgId);
  const known = programs.find(({ name }) => name === PROGRAM);
  const { id } =
    known ??
    (await loyalty.createProgram(author, {
      name: PROGRAM,
      description: "Points on every purchase; more for Silver and Gold members",
      pointsToCurrencyRatio: 0.01,
    }));
  await loyalty.saveDraft(author, id, DEFINITION);
  await loyalty.publish(author, id, from);
};
