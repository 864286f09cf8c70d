import { createHash } from "node:crypto";
import pg from "pg";
import { createCustomers } from "#customers";
import { createEvents } from "#events";
import { verifyLedger } from "#ledger";
import { createLoyalty, openMemberships, type ProgramDefinition } from "#loyalty";
import { createOrgs } from "#orgs";
import { createDb, createIds, createLog, fixedClock, type Instant } from "#platform";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { buildCustomers } from "../customers/testing.ts";
import { buildLedger } from "../ledger/testing.ts";
import { publishProgram } from "../loyalty/testing.ts";
import { createTestOrganisation } from "../orgs/testing.ts";
import { captureKind, holdKind, releaseKind } from "./holds/hold.ts";
import { type Movement, type MovementKind, movement } from "./movement.ts";
import { type RedeemInput, redeemKind } from "./redemptions/redeem.ts";
import { reverseKind } from "./redemptions/reverse.ts";
import { createPoints } from "./service.ts";
import { NO_VALIDATION } from "./validation/check.ts";

/** Noon of a winter's day in London. */
export const NOON = Date.parse("2026-01-20T12:00:00Z");

/** Movements on a database of their own, wired as the program wires them; nothing of HTTP. */
export const createPointsBench = async () => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  const clock = fixedClock(new Date(NOON));
  const db = createDb({ connectionString: database.connectionString });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const events = createEvents({ db, ids, log });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log });
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
  });
  const points = createPoints({
    db,
    ids,
    clock,
    orgs,
    customers,
    loyalty,
    events,
    log,
    validationSecret: async () => Buffer.alloc(32, 7),
  });
  const superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();

  const shop = async (options: { readonly definition?: ProgramDefinition } = {}) => {
    const made = await createTestOrganisation(orgs);
    const author = { orgId: made.id, name: "test" };
    const program = await publishProgram(loyalty, author, {
      name: "Rewards",
      effectiveFrom: 0,
      pointsToCurrencyRatio: 0.5,
      ...options,
    });
    const people = buildCustomers({ customers, orgs }, made.id, made.tillIds[0]);
    const ledger = buildLedger({ db, ids }, made.id, { programIds: [program.id], at: NOON - 1000 });
    let codes = 0;
    let registered = 0;
    return {
      ...made,
      programId: program.id,
      ledger,
      /** Registers customers with external ids C1…, counting on from the last; answers their ids. */
      register: async (count: number): Promise<number[]> => {
        const first = registered + 1;
        registered += count;
        const inputs = await Promise.all(
          Array.from({ length: count }, (_, index) =>
            people.read({ externalId: `C${first + index}`, registeredAt: "2025-01-01T00:00:00Z" }),
          ),
        );
        return (await customers.register(people.actor, inputs)).map((outcome) => {
          if ("error" in outcome) throw outcome.error;
          return outcome.ok.partyId;
        });
      },
      /** A code of six characters that no other has. */
      code: (): string => (++codes).toString(36).padStart(6, "0"),
      /** Regular points of a customer, in thousandths. */
      account: async (partyId: number) => {
        const { rows } = await superuser.query<{ balance: string; debt: string; redeemed: string }>(
          "select balance, debt, redeemed from ledger.accounts where party_id = $1 and currency_id = 0 and category = 1",
          [partyId],
        );
        return {
          balance: Number(rows[0]?.balance),
          debt: Number(rows[0]?.debt),
          redeemed: Number(rows[0]?.redeemed),
        };
      },
    };
  };

  return {
    db,
    ids,
    clock,
    orgs,
    events,
    loyalty,
    customers,
    points,
    /** Sees and writes everything, as no part of the program may. */
    superuser,
    shop,
    verify: async () => (await verifyLedger(db)).findings,
    close: async () => {
      await points.drain();
      await superuser.end();
      await db.close();
      await database.drop();
    },
  };
};

export type PointsShop = Awaited<ReturnType<Awaited<ReturnType<typeof createPointsBench>>["shop"]>>;

interface Extras {
  readonly now?: Instant;
  readonly requestKey?: string | null;
}

/** A command of customers known by id, as a call would make it. */
export const commandOf = <Input, Extra>(
  kind: MovementKind<Input, Extra>,
  partyIds: readonly number[],
  input: Input,
  { now = NOON, requestKey = null }: Extras = {},
): Movement =>
  movement(kind, {
    parties: partyIds.map((partyId) => ({ key: null, partyId, name: `id ${partyId}` })),
    requestKey: requestKey === null ? null : `${kind.name}:${requestKey}`,
    inputHash: createHash("sha256")
      .update(JSON.stringify([kind.name, partyIds, { ...input, code: "" }]))
      .digest(),
    now,
    tillId: null,
    by: "test",
    userId: null,
    input,
  });

const ABOUT = { billNumber: "", notes: "", purpose: "", externalReference: "", customFields: null };
const SPENDING = {
  programId: null,
  money: null,
  billNumber: "",
  billAmount: null,
  validation: NO_VALIDATION,
};

export const redeem = (
  shop: PointsShop,
  partyId: number,
  points: number,
  extras: Extras = {},
  changes: Partial<RedeemInput> = {},
): Movement =>
  commandOf(
    redeemKind,
    [partyId],
    { ...ABOUT, ...SPENDING, redeemedAt: null, points, code: shop.code(), ...changes },
    extras,
  );
export const reverse = (
  shop: PointsShop,
  partyId: number,
  redemptionCode: string,
  points: number | null = null,
  extras: Extras = {},
): Movement => commandOf(reverseKind, [partyId], { redemptionCode, points, code: shop.code() }, extras);
export const hold = (partyId: number, points: number, ttlSeconds = 600, extras: Extras = {}): Movement =>
  commandOf(holdKind, [partyId], { ...SPENDING, points, ttlSeconds, notes: "" }, extras);
export const capture = (
  shop: PointsShop,
  partyId: number,
  holdId: number,
  points: number | null = null,
  isFinal = true,
  extras: Extras = {},
): Movement =>
  commandOf(captureKind, [partyId], { ...ABOUT, holdId, points, isFinal, code: shop.code() }, extras);
export const release = (partyId: number, holdId: number, extras: Extras = {}): Movement =>
  commandOf(releaseKind, [partyId], { holdId }, extras);
