import { hash } from "node:crypto";
import { type Static, Type } from "@fastify/type-provider-typebox";
import { partiesOf } from "#customers";
import type { Actor } from "#identity";
import { LedgerBook, loadAccounts } from "#ledger";
import { currentMemberships, loadMemberships, type OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import {
  AppError,
  failures,
  OwnFailure,
  parseDecimal,
  QUANTITY_SCALE,
  requestKeyOf,
  type Server,
  type Tx,
} from "#platform";
import { type Desk, PreviewAnswer, presentPreview } from "#points";
import { errors } from "../errors.ts";
import { parseBill } from "../parse.ts";
import { asMoney } from "../parse-values.ts";
import { noWrites, type Passage, type ReturnPassage, type Snapshot } from "../passage.ts";
import type { PathParts } from "../path.ts";
import { noQuoted } from "../quoted-redemptions.ts";
import { linesOf } from "../reads.ts";
import type { Purchase, ReturnLine, ReturnRequest } from "../schema.ts";
import type { Activities } from "../service.ts";
import { NO_TARGETS } from "../targets.ts";
import { decidesAgain } from "./again.ts";
import { applyReturns, judgeReturns } from "./decide.ts";
import { loadAwards, payersOfBills, readReturnableBills } from "./load.ts";
import { loadBillRedemptions } from "./redemptions.ts";
import type { OriginalBill } from "./schema.ts";
import { findOriginalsById } from "./store.ts";

export interface ReturnRouteParts extends PathParts {
  readonly activities: Activities;
}

const Id = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) });
const ReturnBody = Type.Object(
  {
    returnType: Type.Union([Type.Literal("FULL"), Type.Literal("LINE_ITEM"), Type.Literal("AMOUNT")]),
    amount: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "Of AMOUNT: money that goes back" }),
    ),
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          { lineNo: Type.Integer({ minimum: 1 }), quantity: Type.Number({ exclusiveMinimum: 0 }) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 5000, description: "Of LINE_ITEM: pieces that go back, at what they cost" },
      ),
    ),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
);
type ReturnBody = Static<typeof ReturnBody>;

const config = { access: { resource: "Transaction", mode: "return" } } as const;
const tags = ["Transactions (console)"];

/** `POST /api/transactions/:id/returns` and its preview: the same decision, written or only told. */
export const addReturnRoutes = (server: Server, parts: ReturnRouteParts): void => {
  const { activities, orgs, loyalty } = parts;

  server.post(
    "/api/transactions/:id/return-preview",
    {
      config,
      schema: {
        tags,
        summary: "What the return of a bill would take back from which points",
        operationId: "previewReturn",
        params: Id,
        body: ReturnBody,
        response: { 200: PreviewAnswer, ...failures(OwnFailure) },
      },
    },
    async ({ actor, params, body }) => {
      const { orgId } = actor;
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
      return parts.db.transaction(orgId, async (tx) => {
        const bill = await findBill(tx, orgId, Number(params.id));
        const purchase = await purchaseOf(tx, parts, organisation, actor, bill, body, null);
        return preview(tx, parts, organisation, programs, bill, purchase);
      });
    },
  );

  server.post(
    "/api/transactions/:id/returns",
    {
      config: { ...config, takesRequestKey: true },
      schema: {
        tags,
        summary: "Return a bill, whole, by line or by amount",
        operationId: "returnTransaction",
        params: Id,
        body: ReturnBody,
        response: { 200: Type.Object({ transactionId: Type.Integer() }), ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const organisation = await orgs.get(orgId);
      const requestKey = requestKeyOf(request);
      const purchase = await parts.db.transaction(orgId, async (tx) => {
        const bill = await findBill(tx, orgId, Number(request.params.id));
        return purchaseOf(tx, parts, organisation, request.actor, bill, request.body, requestKey);
      });
      const { transactionId } = await activities.record(orgId, purchase);
      return { transactionId };
    },
  );
};

const findBill = async (tx: Tx, orgId: number, id: number): Promise<OriginalBill & { tillId: number }> => {
  const [bill] = await findOriginalsById(tx, orgId, [id]);
  if (bill === undefined) throw errors.transaction_unknown({ id });
  return bill;
};

/** The return as the one path takes it: at the till of the bill, by whoever is signed in. */
const purchaseOf = async (
  tx: Tx,
  { clock }: PathParts,
  organisation: Organisation,
  actor: Actor,
  bill: OriginalBill & { tillId: number },
  body: ReturnBody,
  requestKey: string | null,
): Promise<Purchase> => {
  const { returnType, amount, lines, note } = body;
  if (returnType === "AMOUNT" && amount === undefined) throw errors.amount_missing();
  if (returnType === "LINE_ITEM" && lines === undefined) throw errors.no_return_lines();
  const now = clock.now().getTime();
  const base = parseBill(
    {
      type: bill.customerId === null ? "NOT_INTERESTED_RETURN" : "RETURN",
      returnType: "FULL",
      id: bill.id,
      billNumber: bill.number,
      purchaseTime: bill.billedAt.toISOString(),
      billingDate: new Date(now).toISOString(),
      note: note ?? null,
    },
    {
      organisation,
      tillId: bill.tillId,
      customerKey: null,
      customerId: bill.customerId,
      customerName: bill.customerId === null ? "" : `id ${bill.customerId}`,
      source: "INSTORE",
      accountId: "",
      clockNow: now,
      asOfBill: false,
      requestKey,
      wantsSideEffects: false,
      wantsRawSideEffects: false,
    },
  );
  const request: ReturnRequest = {
    ...base.returns[0]!,
    returnType,
    amount: returnType === "AMOUNT" ? asMoney(amount, "amount", organisation.moneyScale) : null,
    lines: returnType === "LINE_ITEM" ? await returnLines(tx, organisation.id, bill, lines ?? []) : [],
  };
  const text = JSON.stringify([actor.orgId, bill.id, body]);
  // The dialog's key makes it happen once; without one the same return may be meant twice.
  return {
    ...base,
    by: actor.name,
    returns: [request],
    inputHash: hash("sha256", text, "buffer"),
    contentKey: null,
  };
};

const returnLines = async (
  tx: Tx,
  orgId: number,
  bill: OriginalBill,
  wanted: NonNullable<ReturnBody["lines"]>,
): Promise<ReturnLine[]> => {
  const stored = await linesOf(tx, orgId, bill.partyId, [bill.id]);
  return wanted.map(({ lineNo, quantity }, index) => {
    const at = `lines[${index}]`;
    const line = stored.find((item) => item.lineNo === lineNo);
    if (line === undefined) throw errors.line_not_in_bill({ field: at, item: lineNo });
    const { itemCode, description, rate } = line;
    return {
      itemCode,
      description,
      quantity: parseDecimal(quantity, QUANTITY_SCALE) ?? 0,
      rate,
      value: 0,
      discount: 0,
      amount: 0,
      details: null,
      extendedFields: {},
      at,
      share: "LINE_ITEM",
      hasAmount: false,
      serial: null,
      billLine: lineNo,
    };
  });
};

/** Decides the return on what is there now; nothing is locked or written. */
const preview = async (
  tx: Tx,
  parts: PathParts,
  organisation: Organisation,
  programs: OrgPrograms,
  bill: OriginalBill,
  purchase: Purchase,
): Promise<PreviewAnswer> => {
  const { id: orgId } = organisation;
  // Of one who was merged the survivor is the one whose points move.
  const survivors =
    bill.customerId === null
      ? []
      : [...(await parts.customers.currentIds(tx, orgId, [bill.partyId])).values()];
  const families = await Promise.all(survivors.map((partyId) => partiesOf(tx, orgId, partyId)));
  const formerIds = families.flatMap((family) => family.slice(1));
  const payerIds = (await payersOfBills(tx, orgId, [{ bill, formerIds }])).get(bill.id) ?? [];
  const partyIds = bill.customerId === null ? [] : [...new Set([bill.partyId, ...survivors, ...payerIds])];
  const [accounts, memberships, profiles] = await Promise.all([
    loadAccounts(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
    parts.customers.loadProfiles(tx, orgId, partyIds),
  ]);
  const nextEvent = await parts.ids.reserve("event", 100);
  // Numbers of events do not matter here, because none is written.
  const locked = partyIds.map((partyId) => ({
    partyId,
    eventCount: 1_000_000_000,
    lastBookedAt: new Date(0),
  }));
  const book = new LedgerBook(locked, accounts, { openWith: nextEvent });
  await loadAwards(tx, orgId, [bill], book, survivors);
  const snapshot: Snapshot = {
    organisation,
    programs,
    profiles: new Map(profiles.map((profile) => [profile.partyId, profile])),
    memberships: new Map(
      currentMemberships(programs, memberships).map((item) => [`${item.partyId}/${item.programId}`, item]),
    ),
    tiersOfLateBills: new Map(),
    limitUses: new Map(),
    trackers: new Map(),
    trackedBills: new Map(),
    targets: NO_TARGETS,
    visitDays: new Map(),
    bills: await readReturnableBills(tx, orgId, [bill], decidesAgain(organisation)),
    redemptions: await loadBillRedemptions(
      tx,
      parts.ids,
      [{ ...bill, payerIds }],
      1,
      { organisation, book },
      survivors,
    ),
    quoted: noQuoted(),
    book,
    recordedAt: parts.clock.now().getTime(),
  };
  const item: ReturnPassage = {
    request: purchase.returns[0]!,
    transactionId: 0,
    partyId: bill.partyId,
    original: bill,
    warnings: [],
    payerIds,
  };
  const passage: Passage = {
    purchase,
    transactionId: 0,
    partyId: bill.partyId,
    returns: [item],
    outcome: null,
  };
  const judged = judgeReturns(passage, snapshot);
  if (judged === null) {
    const { outcome } = passage as { outcome: { error?: unknown } | null };
    throw outcome?.error instanceof AppError ? outcome.error : new Error("the preview failed");
  }
  const writes = noWrites();
  applyReturns(passage, judged, profiles[0] ?? null, snapshot, nextEvent, writes);
  const desk = snapshot as unknown as Desk;
  const names = new Map(
    programs.all.flatMap((program) =>
      [...program.newest.currencies].map(([id, { name }]) => [id, name] as const),
    ),
  );
  return presentPreview({ reply: {}, book, desk, now: purchase.now }, names);
};
