import { Type } from "@fastify/type-provider-typebox";
import { Issue } from "#platform";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);

const LedgerCustomer = Type.Object({
  firstName: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  userId: Type.Integer(),
  externalId: Type.Optional(Type.String()),
  entityType: Type.Literal("CUSTOMER"),
});

const LEDGER_PAGE = {
  pageNumber: Type.Integer(),
  pageSize: Type.Integer(),
  totalEntries: Type.Integer(),
  pageCount: Type.Integer(),
};

const EntryDetail = Type.Object({
  ledgerEntryType: Type.Union([
    Type.Literal("CREDIT"),
    Type.Literal("DEBIT"),
    Type.Literal("OPENING_BALANCE"),
  ]),
  points: Type.String({ description: "Without sign, in the program's decimals." }),
  pointsCategory: Type.String(),
  programName: Type.String(),
  programId: Type.Integer(),
  alternateCurrencyName: Type.Optional(Type.String()),
});

const LEDGER_ENTRY = {
  eventLogId: Type.Integer(),
  eventName: Type.String(),
  customerId: Type.Integer(),
  ledgerCreatedDate: Type.String({ description: "YYYY-MM-DD HH:MM:SS.s in the cluster's zone." }),
  customerDetails: Type.Null({
    description: "The acting member of a group; null for a customer's own entries.",
  }),
  entryDetails: Type.Array(EntryDetail),
  netPointsOnEvent: Type.String({
    description: "Credits less debits of the points shown, signed, three decimals.",
  }),
  netAlternateCurrenciesOnEvent: Type.Optional(Type.Record(Type.String(), Type.String())),
  transactionDetails: Type.Object({
    transactionId: Type.Optional(Type.Integer()),
    transactionNumber: Type.Optional(Type.String()),
    date: Type.Optional(Type.String()),
    amount: Type.Optional(Type.Number()),
    grossBillAmount: Type.Optional(Type.Number()),
    source: Type.Optional(Type.String()),
  }),
  store: Nullable(Type.String()),
  storeCode: Nullable(Type.String()),
  tillCode: Nullable(Type.String()),
  eventDetails: Type.Object({
    eventDate: Type.Optional(Type.String()),
    promotionId: Type.Optional(Type.Integer()),
    promotionName: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
  }),
  sourceProgramId: Nullable(Type.Integer()),
  sourceProgramName: Nullable(Type.String()),
};
const LedgerEntry = Type.Object({
  ...LEDGER_ENTRY,
  orgId: Type.Null({ description: "Set in answers of v2.1 only." }),
});

/** Answer of getCustomerLedgerInfo. */
export const LedgerInfo = Type.Object({
  customerDetails: LedgerCustomer,
  ledgerDetails: Type.Object(LEDGER_PAGE),
  ledgerEntries: Type.Array(LedgerEntry),
  warnings: Type.Array(Issue),
});

const ClosingBalance = Type.Object({
  pointsCategory: Type.String(),
  programName: Type.String(),
  programId: Type.Integer(),
  closingBalance: Type.String(),
  alternateCurrencyName: Type.Optional(Type.String()),
});

/** Answer of getCustomerLedgerBalance. */
export const LedgerBalance = Type.Object({
  customerDetails: LedgerCustomer,
  ledgerDetails: Type.Object({ ...LEDGER_PAGE, ledgerClosingBalance: Type.Array(ClosingBalance) }),
  warnings: Type.Array(Issue),
});

/** Answer of getCustomerLedgerInfo of v2.1, where each entry names its organisation. */
export const ConnectedLedgerInfo = Type.Object({
  customerDetails: LedgerCustomer,
  ledgerDetails: Type.Object({
    ...LEDGER_PAGE,
    ledgerClosingBalance: Type.Array(ClosingBalance, { description: "Always empty." }),
  }),
  ledgerEntries: Type.Array(Type.Object({ ...LEDGER_ENTRY, orgId: Type.Integer() })),
  warnings: Type.Array(Issue),
});

const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String()), total: Type.Integer() });

const Points = Type.Number({ description: "Points, with up to three decimals." });
const Time = Type.String({ description: "ISO 8601 with offset, in the organisation's zone." });

export const Balances = list(
  Type.Object({
    programId: Type.Integer(),
    programName: Type.String(),
    category: Type.String(),
    currencyId: Type.Integer({ description: "0: points." }),
    currency: Type.String(),
    balance: Points,
    issued: Points,
    received: Type.Number({ description: "From other customers or categories." }),
    passedOn: Type.Number({ description: "To other customers or categories." }),
    redeemed: Points,
    expired: Points,
    returned: Points,
    adjusted: Points,
    debt: Type.Number({ description: "Taken beyond what there was; the next points settle it." }),
    expiringNext: Nullable(Type.Object({ points: Points, expiresAt: Time })),
  }),
);

export const LedgerEvents = list(
  Type.Object({
    eventNo: Type.Integer(),
    eventId: Type.Integer(),
    eventName: Type.String(),
    label: Type.String({ description: "What happened, in plain words." }),
    bookedAt: Time,
    net: Points,
    balanceAfter: Nullable(
      Type.Number({
        description: "Regular points of all programs after the event; null where filters hide movements.",
      }),
    ),
    tillCode: Nullable(Type.String()),
    storeName: Nullable(Type.String()),
    reference: Nullable(
      Type.Object({
        transactionId: Type.Optional(Type.Integer()),
        transactionNumber: Type.Optional(Type.String()),
        date: Type.Optional(Time),
        amount: Type.Optional(Type.Number()),
        grossAmount: Type.Optional(Type.Number()),
        source: Type.Optional(Type.String()),
        reason: Type.Optional(Type.String()),
        comments: Type.Optional(Type.String()),
        code: Type.Optional(Type.String({ description: "What a redemption is quoted by." })),
        by: Type.Optional(Type.String({ description: "Who did it by hand." })),
        other: Type.Optional(
          Type.Object(
            { id: Type.Integer(), name: Type.String() },
            { description: "The other customer of a transfer or a merge." },
          ),
        ),
      }),
    ),
    entries: Type.Array(
      Type.Object({
        lineNo: Type.Integer(),
        programId: Type.Integer(),
        programName: Type.String(),
        category: Type.String(),
        currency: Type.String(),
        amount: Points,
        balanceBefore: Points,
        balanceAfter: Points,
        contra: Type.String(),
        debtChange: Type.Number({
          description: "Above 0: what no lot could give; below 0: debt that is paid",
        }),
        legs: Type.Array(Type.Object({ account: Type.String(), amount: Points })),
        opensLot: Nullable(Type.Object({ amount: Points, remaining: Points, expiresAt: Nullable(Time) })),
        usedLots: Type.Array(
          Type.Object({
            eventNo: Type.Integer(),
            lineNo: Type.Integer(),
            kind: Type.String({
              description: "Why: redeemed, returned, settled, … as deductions are called",
            }),
            forEventNo: Nullable(
              Type.Integer({ description: "The event whose use this continues or undoes; null: its own" }),
            ),
            amount: Type.Number({ description: "Taken from the lot; below 0: given back to it" }),
            expiresAt: Nullable(Time),
          }),
        ),
      }),
    ),
  }),
);

export const Lots = list(
  Type.Object({
    eventNo: Type.Integer(),
    lineNo: Type.Integer(),
    programId: Type.Integer(),
    programName: Type.String(),
    category: Type.String(),
    currency: Type.String(),
    awardId: Type.Integer({ description: "The award as the documented calls name it." }),
    source: Type.String({ description: "Kind of award." }),
    transactionId: Nullable(Type.Integer({ description: "The bill that earned it." })),
    amount: Points,
    remaining: Points,
    openedAt: Time,
    awardedAt: Nullable(
      Type.String({ description: "Of imported points: when they were earned, where the file said so." }),
    ),
    expiresAt: Nullable(Time),
    rolls: Type.Boolean({ description: "Later activity moves its expiry." }),
    convertsAt: Nullable(Time),
  }),
);

export const BalanceHistory = list(Type.Object({ date: Type.String(), balance: Points }));
