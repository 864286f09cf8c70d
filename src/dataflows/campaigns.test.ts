import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemActor } from "#identity";
import type { CampaignTerms } from "./schema.ts";
import { createImportWorld, type ImportWorld } from "./testing.ts";

const SPRING: CampaignTerms = { name: "Spring", points: 50, reason: "Thank you" };
/** Every row says how many. */
const OF_ROWS: CampaignTerms = { name: "Spring", reason: "Thank you" };
let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld({ batchSize: 3 });
  const people = Array.from({ length: 12 }, (_, n) => `K${n}`);
  await run("customers", ["externalId", ...people]);
});
afterEach(() => world.close());

const run = async (
  kind: "customers" | "campaign",
  lines: readonly string[],
  campaign?: CampaignTerms,
  beforeCheckpoint?: () => Promise<void>,
) => {
  const path = join(world.folder, "file.csv");
  await writeFile(path, `${lines.join("\n")}\n`);
  const options = campaign === undefined ? {} : { campaign };
  const context = beforeCheckpoint === undefined ? {} : { beforeCheckpoint };
  return world.dataflows.runFile(world.author, path, { kind, options }, () => {}, context);
};
const rejected = async (runId: number) =>
  (await world.dataflows.listRejections(world.id, runId, 0, 100)).items.map(
    ({ line, field, reason }) => [line, field, reason] as const,
  );
const balanceOf = async (externalId: string): Promise<number> => {
  const [row] = await world.query<{ balance: number }>(
    `select a.balance::int as balance from ledger.accounts a join customers.customers c using (party_id)
      where c.external_id = $1 and a.category = 1`,
    [externalId],
  );
  return (row?.balance ?? 0) / 1000;
};

describe("a campaign's budget", () => {
  const LINES = [
    "externalId,points",
    "K0,40",
    "K1,30",
    "NOBODY,30",
    "K2,25",
    "K3,6",
    "K0,40",
    "K4,5",
    "K5,1",
  ];

  test("serves rows in their order as far as it lasts; a refused row costs nothing", async () => {
    const { id, counts } = await run("campaign", LINES, { ...OF_ROWS, budget: 100 });
    expect(counts).toMatchObject({ rowsImported: 4, rowsSkipped: 1, rowsRejected: 3, pointsGiven: 100_000 });
    expect(await rejected(id)).toEqual([
      [4, "externalId", "No customer matches externalId NOBODY."],
      [6, "points", "The campaign's budget does not last: 5 points of 100 are left, and the row asks for 6."],
      [9, "points", "The campaign's budget does not last: 0 points of 100 are left, and the row asks for 1."],
    ]);
    expect(await Promise.all(["K0", "K1", "K2", "K3", "K4", "K5"].map(balanceOf))).toEqual([
      40, 30, 25, 0, 5, 0,
    ]);
    expect(await world.verify()).toEqual([]);
  });

  test("is neither stretched nor shrunk when the run is killed between a batch and its checkpoint", async () => {
    for (let deaths = 0; ; deaths++) {
      const die = () => (deaths < 3 ? Promise.reject(new Error("died")) : Promise.resolve());
      const done = await run("campaign", LINES, { ...OF_ROWS, budget: 100 }, die).catch((error: Error) => {
        expect(error.message).toBe("died");
        world.clock.advance(600_000);
        return null;
      });
      if (done !== null) break;
    }
    expect(await Promise.all(["K0", "K1", "K2", "K3", "K4", "K5"].map(balanceOf))).toEqual([
      40, 30, 25, 0, 5, 0,
    ]);
  });

  test("is the run's own: another run of the campaign has another", async () => {
    await run("campaign", LINES, { ...OF_ROWS, budget: 100 });
    const again = await run("campaign", LINES, { ...OF_ROWS, budget: 7 });
    expect(again.counts).toMatchObject({
      rowsImported: 2,
      rowsSkipped: 5,
      rowsRejected: 1,
      pointsGiven: 7_000,
    });
    expect(await balanceOf("K0")).toBe(40);
  });
});

test("a row above what one customer may get is rejected", async () => {
  const { id, counts } = await run("campaign", ["externalId,points", "K0,60", "K1,60.001"], {
    ...SPRING,
    mostPerCustomer: 60,
  });
  expect(counts).toMatchObject({ rowsImported: 1, rowsRejected: 1 });
  expect(await rejected(id)).toEqual([
    [3, "points", "points has 60.001 points; a customer gets at most 60."],
  ]);
});

describe("a customer who was merged", () => {
  const merge = async (victim: string, survivor: string) => {
    const idOf = async (externalId: string) =>
      (
        await world.query<{ id: number }>(
          "select party_id as id from customers.customers where external_id = $1",
          [externalId],
        )
      )[0]!.id;
    const [victimId, survivorId] = [await idOf(victim), await idOf(survivor)];
    await world.customers.merge(systemActor(world.id, "test"), {
      survivorId,
      victimId,
      cause: "console",
      reason: "same person",
    });
    return { victimId, survivorId };
  };

  test("is not given the points again through the survivor, whoever is named and on whatever terms", async () => {
    await run("campaign", ["externalId", "K0"], SPRING);
    const { victimId } = await merge("K0", "K1");
    const again = await run(
      "campaign",
      ["externalId,fealtyId,points", "K1,,", `,${victimId},`, "K1,,70", "K2,,"],
      {
        ...SPRING,
        name: " spring ",
      },
    );
    expect(again.counts).toMatchObject({ rowsImported: 1, rowsSkipped: 3, rowsRejected: 0 });
    expect(await balanceOf("K1")).toBe(50);
    const other = await run("campaign", ["externalId", "K1"], { ...SPRING, name: "Summer" });
    expect(other.counts).toMatchObject({ rowsImported: 1 });
    expect(await balanceOf("K1")).toBe(100);
    expect(await world.verify()).toEqual([]);
  });

  test("nor when both are named in one file, before and after", async () => {
    await run("campaign", ["externalId", "K3"], SPRING);
    await merge("K4", "K3");
    const again = await run("campaign", ["externalId", "K3", "K5"], SPRING);
    expect(again.counts).toMatchObject({ rowsImported: 1, rowsSkipped: 1 });
    expect(await balanceOf("K3")).toBe(50);
  });
});
