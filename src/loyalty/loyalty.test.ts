import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NO_TOTALS } from "#ledger";
import { createOrgs, type Organisation, type Orgs, validateFields } from "#orgs";
import { createDb, createIds, createLog, type Db, fixedClock, type Ids } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { createTestOrganisation } from "../orgs/testing.ts";
import { decideTransaction, newMembership } from "./decide/decide.ts";
import { createLoyalty, type Loyalty } from "./service.ts";
import { bill, definitionWith, member, publishProgram, starterDefinition } from "./testing.ts";
import {
  enrol,
  listTierChanges,
  loadMemberships,
  type SavedMembership,
  saveMemberships,
  tiersAt,
} from "./tiers/store.ts";

const START = new Date("2026-01-10T09:00:00Z");
const DAY = 86_400_000;
const log = createLog("silent");

let database: TestDatabase;
let db: Db;
let ids: Ids;
let orgs: Orgs;
let loyalty: Loyalty;
let organisation: Organisation;
let author: { orgId: number; name: string };
const clock = fixedClock(START);

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  ids = createIds(db);
  orgs = createOrgs({ db, ids, clock });
  loyalty = createLoyalty({ db, ids, clock, orgs, log });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(async () => {
  clock.set(START);
  ({ organisation } = await createTestOrganisation(orgs));
  author = { orgId: organisation.id, name: "Mia" };
});

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: { code?: string }) => error.code ?? String(error),
  );

describe("programs", () => {
  test("the first is the default one; names are unique", async () => {
    const first = await loyalty.createProgram(author, { name: "Club" });
    const second = await loyalty.createProgram(author, { name: "Partners", pointsToCurrencyRatio: 0.05 });
    expect([first.isDefault, second.isDefault]).toEqual([true, false]);
    expect(second).toMatchObject({ pointsToCurrencyRatio: 0.05, publishedVersion: null, hasDraft: false });
    expect(await codeOf(loyalty.createProgram(author, { name: "Club" }))).toBe("loyalty.name_taken");
    expect(await codeOf(loyalty.updateProgram(author, second.id, { name: "Club" }))).toBe(
      "loyalty.name_taken",
    );
    expect((await loyalty.updateProgram(author, second.id, { name: "Friends" })).name).toBe("Friends");
  });

  test("two first programs at the same moment: one is the default", async () => {
    const made = await Promise.all(["A", "B", "C"].map((name) => loyalty.createProgram(author, { name })));
    expect(made.map((program) => program.name)).toEqual(["A", "B", "C"]);
    const defaults = (await loyalty.listPrograms(author.orgId)).filter((program) => program.isDefault);
    expect(defaults).toHaveLength(1);
  });

  test.each([
    [{ name: "Fish & chips" }, "loyalty.bad_name"],
    [{ name: "   " }, "loyalty.bad_name"],
    [{ name: "a\u0000b" }, "loyalty.bad_name"],
    [{ name: "Club", pointsToCurrencyRatio: -1 }, "loyalty.bad_ratio"],
    [{ name: "Club", pointsToCurrencyRatio: 0.12345678 }, "loyalty.bad_ratio"],
    [{ name: "Club", description: "half \ud800" }, "loyalty.bad_text"],
  ])("refuses %j", async (input, code) => {
    expect(await codeOf(loyalty.createProgram(author, input))).toBe(code);
  });

  test("a draft is kept with its problems and publishes only without", async () => {
    const { id } = await loyalty.createProgram(author, { name: "Club" });
    expect(await codeOf(loyalty.publish(author, id))).toBe("loyalty.no_draft");
    const broken = { ...starterDefinition(), expiry: { kind: "months", months: 0 } };
    const { problems } = await loyalty.saveDraft(author, id, broken);
    expect(problems.map((problem) => problem.path)).toEqual(["expiry"]);
    expect(await codeOf(loyalty.publish(author, id))).toBe("loyalty.draft_has_problems");
    expect((await loyalty.getProgram(author.orgId, id)).draft).toEqual(broken);
    expect(await codeOf(loyalty.saveDraft(author, id, { note: "\u0000" }))).toBe("loyalty.bad_text");
    expect(await codeOf(loyalty.saveDraft(author, id + 1, {}))).toBe("loyalty.unknown_program");
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as unknown;
    expect(await codeOf(loyalty.saveDraft(author, id, { deep }))).toBe("loyalty.too_deep");

    await loyalty.saveDraft(author, id, starterDefinition());
    const published = await loyalty.publish(author, id);
    expect(published).toMatchObject({
      publishedVersion: 1,
      hasDraft: false,
      definition: starterDefinition(),
    });
    expect(published.versions).toEqual([
      { version: 1, publishedAt: START, publishedBy: "Mia", effectiveFrom: START },
    ]);
  });

  test("conditions read the organisation's extended fields by their types", async () => {
    const field = { kind: "extended", label: "" } as const;
    const customer = { ...field, scope: "CUSTOMER" } as const;
    const transaction = { ...field, scope: "TRANSACTION" } as const;
    await orgs.defineField(author, { ...customer, name: "Birthday", dataType: "date" });
    await orgs.defineField(author, { ...customer, name: "Children", dataType: "integer" });
    await orgs.defineField(author, {
      ...transaction,
      name: "Channel",
      dataType: "enum",
      enumValues: ["web", "shop"],
    });
    await orgs.defineField(author, { ...transaction, name: "Due", dataType: "datetime" });
    await orgs.defineField(author, { ...transaction, name: "Tip", dataType: "double" });
    await orgs.defineField(author, { ...transaction, name: "Gift", dataType: "boolean" });
    const definition = definitionWith([
      {
        condition:
          'currentTxn.extField_Channel == "web" && currentTxn.extField_Tip > 1.5 && currentTxn.extField_Gift && currentTxn.extField_Due > currentTxn.date',
      },
      {
        condition:
          "currentCustomer.extField_Children >= 2 && currentTxn.date.daysDiff(currentCustomer.extField_Birthday) == 0",
      },
      { condition: "currentCustomer.extField_Children > 5" },
    ]);
    await publishProgram(loyalty, author, { name: "Club", definition });
    const program = (await loyalty.programs(author.orgId)).default!.newest;
    const values = { Channel: "web", Tip: "2.5", Gift: true, Due: "2026-02-01T10:00:00Z" };
    const facts = bill(42, {
      extendedFields: validateFields((await orgs.get(author.orgId)).extendedFields("TRANSACTION"), values)
        .values,
    });
    const { profile, ...state } = member();
    const decision = decideTransaction(program, facts, {
      ...state,
      profile: { ...profile, extendedFields: { Birthday: "1990-01-20", Children: 2 } },
    });
    expect(decision.trace.o).toBe("110");
  });

  test("bills follow the version in force on their date", async () => {
    const { id } = await publishProgram(loyalty, author, { name: "Club" });
    const next = { ...starterDefinition(), expiry: { kind: "never" as const } };
    await loyalty.saveDraft(author, id, next);
    expect(await codeOf(loyalty.publish(author, id, START.getTime() - DAY))).toBe(
      "loyalty.effective_in_past",
    );
    await loyalty.publish(author, id, START.getTime() + 10 * DAY);
    await loyalty.saveDraft(author, id, next);
    expect(await codeOf(loyalty.publish(author, id, START.getTime() + 5 * DAY))).toBe(
      "loyalty.effective_before_newest",
    );

    const history = (await loyalty.programs(author.orgId)).default!;
    const versionAt = (days: number) => history.inForce(START.getTime() + days * DAY).version;
    expect([-100, 0, 9.9, 10, 500].map(versionAt)).toEqual([1, 1, 1, 2, 2]);
    expect(history.newest.version).toBe(2);
    expect(history.version(1)?.expiry).toEqual(starterDefinition().expiry);
    expect(history.version(3)).toBeNull();
  });

  test("a published tier stays", async () => {
    const { id } = await publishProgram(loyalty, author, { name: "Club" });
    const fewer = { ...starterDefinition(), tiers: starterDefinition().tiers.slice(0, 2) };
    const { problems } = await loyalty.saveDraft(author, id, fewer);
    expect(problems.map((problem) => problem.path)).toContain("tiers");
  });

  test("a currency belongs to one program, even when two are published at once", async () => {
    const stamps = { id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true };
    const definition = { ...starterDefinition(), currencies: [stamps] };
    const made = await Promise.all(["A", "B"].map((name) => loyalty.createProgram(author, { name })));
    for (const { id } of made) expect((await loyalty.saveDraft(author, id, definition)).problems).toEqual([]);
    const outcomes = await Promise.all(made.map(({ id }) => codeOf(loyalty.publish(author, id))));
    expect(outcomes.filter((code) => code === "loyalty.draft_has_problems")).toHaveLength(1);
    const other = made[outcomes.indexOf("loyalty.draft_has_problems")]!;
    const { problems } = await loyalty.saveDraft(author, other.id, definition);
    expect(problems).toEqual([
      {
        path: "currencies[0].id",
        message: expect.stringMatching(/^1 is a currency of the program [AB]; 2 is free\.$/),
      },
    ]);
    const renamed = { ...stamps, id: 2, name: "Miles", identifier: "miles" };
    await loyalty.saveDraft(author, other.id, { ...definition, currencies: [renamed] });
    await loyalty.publish(author, other.id);
    expect([...(await loyalty.currencyNames(author.orgId))].sort()).toEqual([
      [1, { name: "Stamps" }],
      [2, { name: "Miles" }],
    ]);
  });

  test("another process hears of a publication", async () => {
    const otherDb = createDb({ connectionString: database.connectionString });
    try {
      const other = createLoyalty({
        db: otherDb,
        ids,
        clock,
        orgs: createOrgs({ db: otherDb, ids, clock }),
        log,
      });
      expect((await other.programs(author.orgId)).default).toBeNull();
      await publishProgram(loyalty, author, { name: "Club" });
      await expect
        .poll(async () => (await other.programs(author.orgId)).default?.name, { timeout: 5000 })
        .toBe("Club");
    } finally {
      await otherDb.close();
    }
  });

  test("another organisation's programs do not exist", async () => {
    const { id } = await publishProgram(loyalty, author, { name: "Club" });
    const stranger = { orgId: (await createTestOrganisation(orgs)).id, name: "Max" };
    expect(await codeOf(loyalty.getProgram(stranger.orgId, id))).toBe("loyalty.unknown_program");
    expect(await codeOf(loyalty.saveDraft(stranger, id, starterDefinition()))).toBe(
      "loyalty.unknown_program",
    );
    expect(await codeOf(loyalty.publish(stranger, id))).toBe("loyalty.unknown_program");
    expect((await loyalty.programs(stranger.orgId)).byId(id)).toBeNull();
  });
});

describe("memberships", () => {
  const within = <T>(work: Parameters<typeof db.transaction<T>>[1]) => db.transaction(author.orgId, work);
  const saved = (membership: SavedMembership["membership"], rest: Partial<SavedMembership> = {}) => ({
    membership,
    tierChange: null,
    transactionId: null,
    recordedAt: START,
    ...rest,
  });

  test("registration enrols in the published default program, once", async () => {
    const party = { partyId: await ids.take("party"), joinedAt: START };
    await within((tx) => enrol(tx, author.orgId, [party]));
    expect(await within((tx) => loadMemberships(tx, author.orgId, [party.partyId]))).toEqual([]);

    const { id: programId } = await publishProgram(loyalty, author, { name: "Club" });
    await within((tx) => enrol(tx, author.orgId, [party], START));
    await within((tx) => enrol(tx, author.orgId, [{ ...party, joinedAt: START.getTime() + DAY }]));
    expect(await within((tx) => loadMemberships(tx, author.orgId, [party.partyId]))).toEqual([
      {
        partyId: party.partyId,
        programId,
        joinedAt: START,
        tierNumber: 1,
        tierSince: START,
        tierExpiresAt: null,
        lifetimePurchases: 0,
        transactionCount: 0,
        visitCount: 0,
        lastVisitOn: null,
        changeNo: 1,
        tierRenewedAt: null,
        isManualTier: false,
        reassessTier: false,
        returnTier: null,
        numbering: 1,
      },
    ]);
    const history = await within((tx) => listTierChanges(tx, author.orgId, party.partyId));
    expect(history).toMatchObject([
      {
        programId,
        changeNo: 1,
        changedAt: START,
        fromTier: null,
        toTier: 1,
        reason: "joined",
        transactionId: null,
        recordedAt: START,
      },
    ]);
  });

  test("a batch of decisions is saved as the last standing and every change", async () => {
    const { id: programId } = await publishProgram(loyalty, author, { name: "Club" });
    const program = (await loyalty.programs(author.orgId)).default!.newest;
    const partyId = await ids.take("party");
    const outsider = await ids.take("party");
    let membership = newMembership(program, partyId, START.getTime());
    const batch: SavedMembership[] = [saved(newMembership(program, outsider, START.getTime()))];
    [600, 100, 1500].forEach((pounds, index) => {
      const facts = bill(pounds, { billedAt: START.getTime() + index * DAY, transactionId: 70 + index });
      const decision = decideTransaction(program, facts, { ...member(), membership });
      membership = decision.membership!;
      batch.push(saved(membership, { tierChange: decision.tierChange, transactionId: 70 + index }));
    });
    await within((tx) => saveMemberships(tx, author.orgId, batch));

    const [stored, ...rest] = await within((tx) => loadMemberships(tx, author.orgId, [partyId, outsider]));
    expect(rest).toEqual([]);
    const { isNew: _, changes: __, ...expected } = membership;
    expect(stored).toEqual({ ...expected, reassessTier: false });
    expect(stored).toMatchObject({
      programId,
      tierNumber: 3,
      changeNo: 3,
      lifetimePurchases: 22_000_000,
      visitCount: 3,
    });
    const history = await within((tx) => listTierChanges(tx, author.orgId, partyId));
    expect(history.map((row) => [row.changeNo, row.fromTier, row.toTier, row.transactionId])).toEqual([
      [3, 2, 3, 72],
      [2, 1, 2, 70],
      [1, null, 1, null],
    ]);

    const at = (days: number) => ({ partyId, at: START.getTime() + days * DAY });
    const questions = [at(3), at(1), at(-10), { partyId: outsider, at: START.getTime() }, at(0)];
    expect(await within((tx) => tiersAt(tx, author.orgId, programId, questions))).toEqual(
      [3, 2, 1, 1, 2].map((tier) => ({ tier, numbering: 1 })),
    );
  });

  test("what the console shows", async () => {
    const { id: programId } = await publishProgram(loyalty, author, { name: "Club" });
    const partyId = await ids.take("party");
    await within((tx) => enrol(tx, author.orgId, [{ partyId, joinedAt: START }], START));
    const [before] = await within((tx) => loadMemberships(tx, author.orgId, [partyId]));
    const after = {
      ...before!,
      lifetimePurchases: 1_875_000,
      transactionCount: 2,
      visitCount: 1,
      lastVisitOn: "2026-01-11",
    };
    await within((tx) => saveMemberships(tx, author.orgId, [saved(after)]));
    expect(await loyalty.listMemberships(author.orgId, partyId)).toEqual([
      {
        programId,
        programName: "Club",
        tier: { number: 1, name: "Member", color: "#8a94a6" },
        tierSince: "2026-01-10T09:00:00+00:00",
        tierExpiresAt: null,
        nextTier: { number: 2, name: "Silver", threshold: 500 },
        progress: { criterion: "lifetime_purchases", value: 187.5, toNext: 312.5 },
        gaps: [{ criterion: "lifetime_purchases", value: 187.5, threshold: 500, gap: 312.5 }],
        combine: null,
        renewal: null,
        isManualTier: false,
        reassessTier: false,
        lifetimePurchases: 187.5,
        transactionCount: 2,
        visitCount: 1,
        joinedAt: "2026-01-10T09:00:00+00:00",
      },
    ]);
    expect((await loyalty.listPrograms(author.orgId))[0]?.memberCount).toBe(1);
  });

  test("the documented details of a customer, with the program's titles", async () => {
    const { id: programId } = await publishProgram(loyalty, author, {
      name: "Club",
      pointsToCurrencyRatio: 0.01,
    });
    const partyId = await ids.take("party");
    await within((tx) => enrol(tx, author.orgId, [{ partyId, joinedAt: START }]));
    const account = { ...NO_TOTALS, partyId, programId, currencyId: 0 };
    const accounts = [
      { ...account, category: 1 as const, balance: 1100, issued: 1100 },
      { ...account, category: 2 as const, balance: 2200, issued: 2200 },
      { ...account, category: 3 as const, balance: 100, issued: 100 },
      { ...account, category: 1 as const, currencyId: 4, balance: 9000, issued: 9000 },
    ];
    const [details] = await within((tx) => loyalty.loyaltyDetails(tx, organisation, partyId, accounts));
    expect(details).toMatchObject({
      programTitle: "Club",
      programDescription: "",
      programPointsToCurrencyRatio: 0.01,
      loyaltyId: partyId,
      loyaltyPoints: 1.1,
      delayedPoints: 2.3,
      totalAvailablePoints: 3.4,
      slabExpiryDate: "2126-01-10T23:59:59+00:00",
    });
  });

  test("memberships of another organisation are out of reach", async () => {
    await publishProgram(loyalty, author, { name: "Club" });
    const partyId = await ids.take("party");
    await within((tx) => enrol(tx, author.orgId, [{ partyId, joinedAt: START }]));
    const stranger = (await createTestOrganisation(orgs)).id;
    expect(await db.transaction(stranger, (tx) => loadMemberships(tx, author.orgId, [partyId]))).toEqual([]);
    expect(await loyalty.listMemberships(stranger, partyId)).toEqual([]);
  });
});
