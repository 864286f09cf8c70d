/** Tags in the order in which readers meet them. A tag that is not here fails the test of the description. */
export const TAGS: readonly { readonly name: string; readonly description: string }[] = [
  {
    name: "Authentication",
    description:
      "How machines get in: a till sends its code and the MD5 of its password with every call; an API client trades key and secret for a token.",
  },
  {
    name: "Customers",
    description:
      "Register, change, find and read customers, their profiles and identifiers, and their standing.",
  },
  { name: "Transactions", description: "Record purchases, one or many, and read them." },
  {
    name: "Transactions (v1.1)",
    description:
      "The same purchases in the older format: bodies in root, answers in response, a status for each item.",
  },
  {
    name: "Points",
    description: "Spend, pass on, give and take points, move their dates, and read when they run out.",
  },
  {
    name: "Tiers",
    description:
      "Moving a member's tier by hand, renewing it or moving its end. By themselves tiers change with purchases, returns and time.",
  },
  {
    name: "Points by hand",
    description:
      "What people do in the console with a member's points, each with a preview of the entries it would make.",
  },
  {
    name: "Points (v1.1)",
    description: "Asking about points, spending them and one-time codes, in the older format.",
  },
  {
    name: "Holds of points",
    description: "Points kept for a till for a time, then spent or given up. Ours, beyond the documentation.",
  },
  {
    name: "Points ledger",
    description: "Every movement of a customer's points with the balances around it, and closing balances.",
  },
  {
    name: "Reads of dataflows",
    description: "Ledger entries, awards and what is behind them as bare lists, for dataflows.",
  },
  {
    name: "Programs",
    description: "Loyalty programs as versioned data: read, draft, check and publish.",
  },
  {
    name: "Targets",
    description:
      "Milestones, combinations of targets and streaks: what members are to reach in which periods, and how far they are.",
  },
  {
    name: "What-if",
    description:
      "A draft of a program replayed over the bills of a period: what it would have given and cost.",
  },
  {
    name: "Organisation",
    description: "The organisation, its settings and its tree of concepts, zones, stores and tills.",
  },
  { name: "Fields", description: "Extended and custom fields that the organisation defines." },
  { name: "Session", description: "How people sign in to the console." },
  {
    name: "Administration",
    description:
      "What the console does and the documented dialect has no call for: set-up, people, credentials.",
  },
  {
    name: "Customer ledger",
    description: "The ledger of one customer as the console shows it: journal with legs, lots, balances.",
  },
  {
    name: "Tiers",
    description:
      "Moving a member's tier by hand, renewing it or moving its end. By themselves tiers change with purchases, returns and time.",
  },
  {
    name: "Points by hand",
    description:
      "What people do with the points of one customer, each with a preview of what it would come to.",
  },
  {
    name: "Transactions (console)",
    description: "Purchases as the console shows them, with the reasons of each award.",
  },
  {
    name: "Imports",
    description: "CSV files of customers and purchases: start, follow, read what was rejected.",
  },
  {
    name: "Event notifications",
    description: "Webhooks: who is told of what, the schemas of events, and what became of each.",
  },
  {
    name: "Event notifications (console)",
    description: "What the console does with webhooks: secrets, deliveries, retries, replays and tests.",
  },
  { name: "Insights", description: "Figures of the home page, and what is owed to members in points." },
  { name: "Search", description: "One box that finds customers, purchases and places." },
];

/** What a status means when a route does not say it in its own words. */
export const STATUSES: Readonly<Record<string, string>> = {
  "200": "Done",
  "201": "Made",
  "202": "Accepted",
  "204": "Done; there is no body",
  "400": "The call is malformed or was refused; the message names the field and says why",
  "401": "Credentials are missing, wrong, locked or revoked",
  "403": "The caller may not do this",
  "404": "There is no such thing in this organisation",
  "409": "It collides with what is there already",
  "413": "The body is larger than the server takes",
  "415": "The Content-Type is not supported",
  "429": "Too many attempts; Retry-After says when to come back",
  "500": "A fault of the server; nothing was recorded",
  "503": "The server is too busy or stopping; try again",
};

/** Worked examples by operation, checked against the operations' own schemas by the test of the description. */
export const EXAMPLES: Readonly<Record<string, { readonly body?: unknown; readonly answer?: unknown }>> = {
  generateToken: {
    body: { key: "abcdefghijklmnop", secret: "s3cret-of-the-client" },
    answer: { data: { accessToken: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", ttlSeconds: 3600 }, errors: null },
  },
  registerCustomer: {
    body: {
      profiles: [
        {
          source: "INSTORE",
          firstName: "Ada",
          lastName: "Moss",
          identifiers: [
            { type: "mobile", value: "447700900123" },
            { type: "email", value: "ada.moss@example.com" },
          ],
        },
      ],
      extendedFields: {},
    },
    answer: { createdId: 4711, warnings: [], sideEffects: [] },
  },
  recordOnePurchase: {
    body: {
      type: "REGULAR",
      billNumber: "B-1001",
      billAmount: 42.5,
      billingDate: "2026-03-04T15:20:00+00:00",
      lineItemsV2: [
        { itemCode: "TEA-01", description: "Tea, 250 g", qty: 2, rate: 8.75, value: 17.5, amount: 17.5 },
        { itemCode: "CUP-04", description: "Cup", qty: 5, rate: 5, value: 25, amount: 25 },
      ],
      paymentModes: [{ mode: "CARD", value: 42.5 }],
    },
  },
  signIn: { body: { email: "agent@example.com", password: "correct horse battery" } },
  createCustomer: { body: { firstName: "Ada", lastName: "Moss", mobile: "447700900123" } },
  checkExpression: { body: { text: "currentTxn.value >= 20" } },
};

const FILE = { type: "string", format: "binary", description: "CSV with a header line, plain or gzip" };
const KIND = { type: "string", enum: ["customers", "transactions"] };

/** Parts of calls that take files, by operation: they are read from the stream, so no route schema knows them. */
export const UPLOADS: Readonly<
  Record<
    string,
    { readonly required: readonly string[]; readonly properties: Readonly<Record<string, object>> }
  >
> = {
  startImport: {
    required: ["file", "kind"],
    properties: {
      kind: KIND,
      mapping: {
        type: "string",
        description: "JSON object, field → header; suggested from the header when absent",
      },
      options: { type: "string", description: "JSON object with the options of the import" },
      file: FILE,
    },
  },
  previewImport: {
    required: ["file", "kind"],
    properties: { kind: KIND, delimiter: { type: "string" }, file: FILE },
  },
};
