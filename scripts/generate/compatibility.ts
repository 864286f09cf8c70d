import type { ApiDescription } from "../../src/openapi.ts";

export interface ListedOperation {
  readonly area: string;
  readonly title: string;
  readonly method: string;
  readonly path: string;
}

/** Served operations of which a documented part is missing, and which one. A test fails when one of these is not served. */
export const PARTLY: Readonly<Record<string, string>> = {
  "POST /v1.1/transaction/add":
    "referral codes and redemptions of coupons named in the bill are not acted on; colliding identifiers are warned of, not merged",
  "POST /v3/webHooks":
    "HTTP with POST and PUT; queues, other methods, Neo enrichment and events of child organisations are refused",
  "PUT /v3/webHooks/{webHookId}": "as POST /v3/webHooks",
  "POST /v1.1/transaction/add_with_local_currency": "as POST /v1.1/transaction/add",
  "GET /v1.1/customer/transactions": "without coupons",
  "POST /v2/simulation/transactions": "without promotions; targets are not told in the answer",
  "POST /v3/targetGroups":
    "bills, lines, points and currencies; behavioural events, audiences and limits (CAPPING) are refused, bills from before are not counted again, and rules of TargetCompleted do not run yet",
  "GET /v3/targetGroups/channels": "none: messages of targets are not sent; webhooks tell of targets",
  "GET /v3/targetGroups/{targetGroupId}/targets/{targetId}/communications": "none are kept",
  "POST /v3/targetGroups/{targetGroupId}/targets/{targetId}/communications/upsert":
    "refused with 71104: messages of targets are not sent",
  "POST /api_gateway/intouch-api-v3/v3.1/targetGroups/{targetGroupId}/targets/{targetId}/enroll":
    "in the caller's organisation",
  "POST /api_gateway/intouch-api-v3/v3.1/targetGroups/{targetGroupId}/targets/{targetId}/unEnroll":
    "in the caller's organisation",
  "GET /api_gateway/intouch-api-v3/v3.1/users/{userId}/targetGroups": "of the caller's organisation",
  "GET /api_gateway/intouch-api-v3/v3.1/leaderboards/user/{userId}": "of the caller's organisation",
  "GET /v2/rejectedTransactions":
    "payment modes, stores, tills and mandatory fields; there is no item catalogue to check items against",
  "POST /v2/transactions": "redemptions of coupons named in the bill are not acted on",
  "POST /v2/transactions/bulk": "as POST /v2/transactions",
  "POST /v2/customers": "without enrolments, referral codes and subscriptions; a warning says so",
  "GET /v2/customers/{customerId}":
    "without subscriptions, groups, cards, images and segments; a warning names embeds that are not served",
  "GET /v2/customers/lookup/customerDetails": "as GET /v2/customers/{customerId}",
  "POST /v2/customers/{customerId}/changeIdentifier":
    "without cards: they are identifiers like others, and neither linked nor issued",
  "GET /v2/customers/userEntityTrackers": "refused with 1645 and 1647: there are no groups of customers",
  "POST /v2/organization/configs": "the setting is kept; there are no cards that it could limit",
  "POST /v2/points/transfer":
    "customers; groupProgramTransfer is refused with 3316, as there are no groups of programs",
  "POST /v2/points/isTransferrable": "as the transfer",
  "GET /v2/points/transfer": "customers; groups are refused with 1645",
  "POST /v2/points/userGroup2/isTransferrable":
    "refused with 1645 and its other codes: there are no groups of customers",
  "POST /v2/points/userGroup2/transfer":
    "refused with 1645 and its other codes: there are no groups of customers",
  "POST /v2/customers/bulk/manualCurrencyAllocate":
    "for bills (TransactionAdd, TransactionUpdate) and what customers did (CustomerRegistration, CustomerUpdate); targets and behavioural events are refused with 8136",
  "POST /v2/customers/lookup/negativePointsAdjustment":
    "promotionIdentifier is refused with 8874: promotions have ids and no identifiers yet",
  "POST /v2/customers/{customerId}/negativePointsAdjustment": "as the one by identifier",
  "POST /v2/points/unlockPromisedPoints": "customers and TransactionAdd; groups are refused with 1645",
  "GET /v1.1/points/isredeemable": "customers; groups are refused with 828, 1632 and 3316; no missed calls",
  "POST /v1.1/points/redeem": "customers; groups are refused with 828, 1632 and 3316; no missed calls",
  "GET /v1.1/points/validationcode": "by e-mail, or by hand from the console's mailbox; there is no SMS",
  "GET /v1.1/customer/redemptions": "points; there are no coupons",
  "GET /v2/pointsLedger/getCustomerLedgerInfo": "customers; groups are refused with 11023",
  "GET /v2/pointsLedger/getCustomerLedgerBalance": "customers; groups are refused with 11023",
  "GET /v2/pointsLedger/getLedgerExplodeInfo": "customers; groups are refused with 11023",
  "GET /v2.1/pointsLedger/getCustomerLedgerInfo":
    "the organisation itself: there are no connected organisations, and others are refused with 403",
  "GET /v2.1/pointsLedger/getLedgerExplodeInfo":
    "the organisation itself: there are no connected organisations, and others are refused with 403",
};

/** Reads the list of documented operations: tab-separated, with a header line. */
export const readOperations = (text: string): ListedOperation[] =>
  text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [area = "", title = "", method = "", path = ""] = line.split("\t");
      return { area, title, method, path };
    });

/** Names of path parameters differ between the list and our routes; their places do not. */
const keyOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, "{}").replace(/\/$/, "")}`;

const heading = (area: string): string => {
  const words = area.replaceAll("-", " ");
  return `${words[0]!.toUpperCase()}${words.slice(1)}`.replace(/\b(api|apis|otp|pii|diy)\b/gi, (word) =>
    word.toUpperCase().replace("APIS", "APIs"),
  );
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The page that says of every documented operation whether it is served. */
export const compatibilityPage = (
  operations: readonly ListedOperation[],
  description: ApiDescription,
): string => {
  const served = new Map<string, string>();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of Object.keys(item))
      served.set(keyOf(method, path), `${method.toUpperCase()} ${path}`);
  }
  const isServed = ({ method, path }: ListedOperation) => served.has(keyOf(method, path));
  const areas = [...new Set(operations.map(({ area }) => area))].sort();
  const listed = new Set(operations.map(({ method, path }) => keyOf(method, path)));
  const beyond = [...served]
    .filter(([key, name]) => !listed.has(key) && !name.includes(" /api/"))
    .map(([, name]) => name);
  const count = (items: readonly ListedOperation[]) => items.filter(isServed).length;
  const noteOf = (item: ListedOperation) =>
    isServed(item) ? PARTLY[`${item.method} ${item.path}`] : undefined;
  const partly = operations.filter((item) => noteOf(item) !== undefined).length;
  const lines = [
    "# What is served of the documented API",
    "",
    "Generated by `npm run generate` from `docs/api-operations.tsv`, our own list of the method and path of every documented",
    "operation, and from the routes of this version. Do not edit. An operation that is not served answers 404, or 405 where its",
    "path exists for another method. The administration API under `/api` is ours and is described in `docs/openapi.json` only.",
    "",
    `**${count(operations)} of ${operations.length} documented operations are served${partly > 0 ? `, ${partly} of them in part` : ""}.**`,
    "",
    "| Area | Served | Documented |",
    "| --- | ---: | ---: |",
    ...areas.map((area) => {
      const items = operations.filter((item) => item.area === area);
      return `| [${heading(area)}](#${heading(area).toLowerCase().replaceAll(" ", "-")}) | ${count(items)} | ${items.length} |`;
    }),
    `| **All** | **${count(operations)}** | **${operations.length}** |`,
  ];
  for (const area of areas) {
    lines.push("", `## ${heading(area)}`, "", "| Served | Operation | Call |", "| --- | --- | --- |");
    for (const item of operations.filter((operation) => operation.area === area)) {
      const note = noteOf(item);
      const mark = note !== undefined ? "partly" : isServed(item) ? "yes" : "no";
      const words = note === undefined ? item.title : `${item.title}: ${note}`;
      lines.push(`| ${mark} | ${cell(words)} | \`${item.method} ${cell(item.path)}\` |`);
    }
  }
  lines.push("", "## Served beyond the list", "");
  lines.push("Calls of the dialect that older pages or other chapters of the documentation describe.", "");
  lines.push(...beyond.sort().map((name) => `- \`${name}\``));
  return `${lines.join("\n")}\n`;
};
