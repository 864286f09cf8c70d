import type { Page } from "playwright-core";
import { sql } from "#platform";
import type { DemoShop } from "./demo-shop.ts";

/** A screen of the console: the name of its picture, its path below the organisation, and what proves that it is there. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  /** Nobody is signed in. */
  readonly isSignedOut?: boolean;
  /** Something lies over the page. */
  readonly isOverlay?: boolean;
  /** Opens what has no address. */
  readonly open?: (page: Page) => Promise<void>;
}

/** What the addresses of some screens need: a member with a long history, one of their bills, and an anonymous one. */
export interface Examples {
  readonly memberId: number;
  readonly eventNo: number;
  readonly transactionId: number;
  readonly anonymousId: number;
  readonly runId: number;
  readonly programId: number;
}

/** What lies over screens and has no address. */
const overlaysOf = ({ memberId, transactionId, programId }: Examples): readonly Screen[] => [
  {
    name: "palette",
    path: "/abc",
    isOverlay: true,
    open: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder(/^Name, phone/).fill("lee");
      await page.getByText("GroceryMart Leeds Headrow").waitFor();
    },
  },
  {
    name: "account-menu",
    path: "/abc/members",
    isOverlay: true,
    open: async (page) => {
      await page.getByRole("button", { name: /account menu/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    },
  },
  {
    name: "switcher",
    path: "/abc/members",
    isOverlay: true,
    open: async (page) => {
      await page.getByRole("button", { name: /^Organisation: / }).click();
      await page.getByRole("menuitem", { name: "Brightmart" }).waitFor();
    },
  },
  {
    name: "help",
    path: "/abc/members",
    isOverlay: true,
    open: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Help" }).waitFor();
    },
  },
  {
    name: "member-why-condition",
    path: `/abc/members/${memberId}/transactions/${transactionId}`,
    isOverlay: true,
    open: async (page) => {
      await page.getByRole("button", { name: "Show the condition" }).click();
      await page.getByText("currentTxn.value > 0").waitFor();
    },
  },
  {
    name: "program-draft-problem",
    path: `/abc/loyalty/${programId}/draft`,
    open: async (page) => {
      await page.getByText("Text", { exact: true }).click();
      await page.getByLabel("When, as text").fill("currentTxn.vlaue > 50 and currentTxn.value < 100");
      await page.locator("pre").waitFor();
    },
  },
  {
    name: "till-password",
    path: "/abc/admin/tills",
    isOverlay: true,
    open: async (page) => {
      await page.getByRole("button", { name: "Till 1" }).first().click();
      await page.getByRole("button", { name: "New password…" }).click();
      await page.getByRole("button", { name: "Replace the password" }).click();
      await page.getByText("Copy this now").waitFor();
    },
  },
  {
    name: "liability-lots",
    path: "/abc/insights/liability",
    isOverlay: true,
    open: async (page) => {
      await page.getByLabel("Expiring points by month").getByRole("link").first().click();
      await page.getByRole("dialog").getByRole("link").first().waitFor();
    },
  },
  {
    name: "activity-mapping",
    path: "/abc/activity/new",
    open: async (page) => {
      const text = "Receipt,When,Paid,Phone,POS\nI-1,2026-03-02 10:15,20.00,447700900125,abc.gm-leeds.1\n";
      const file = { name: "receipts.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByRole("button", { name: "Start the import" }).waitFor();
    },
  },
];

const thisMonth = (): string => new Date().toISOString().slice(0, 7);

/** Every screen that has an address, and what lies over them. */
export const screensOf = (examples: Examples): readonly Screen[] => {
  const { memberId, eventNo, transactionId, anonymousId, runId, programId } = examples;
  const member = `/abc/members/${memberId}`;
  return [
    { name: "sign-in", path: "/signin", isSignedOut: true },
    { name: "nowhere", path: "/abc/nowhere" },
    { name: "home", path: "/abc" },
    { name: "home-year", path: "/abc?period=12m" },
    { name: "home-today", path: "/abc?period=today" },
    { name: "members", path: "/abc/members" },
    { name: "members-none", path: "/abc/members?q=nobodyatall" },
    { name: "member-new", path: "/abc/members/new" },
    { name: "member", path: member },
    { name: "member-loyalty", path: `${member}/loyalty?event=${eventNo}` },
    { name: "member-statement", path: `${member}/loyalty?statement=${thisMonth()}`, isOverlay: true },
    { name: "member-transactions", path: `${member}/transactions` },
    { name: "member-transaction", path: `${member}/transactions/${transactionId}`, isOverlay: true },
    { name: "member-profile", path: `${member}/profile` },
    { name: "transaction-anonymous", path: `/abc/transactions/${anonymousId}` },
    { name: "loyalty", path: "/abc/loyalty" },
    { name: "program", path: `/abc/loyalty/${programId}` },
    { name: "program-draft", path: `/abc/loyalty/${programId}/draft` },
    ...["limits", "tiers", "expiry", "currencies", "spending", "service"].map((section) => ({
      name: `program-draft-${section}`,
      path: `/abc/loyalty/${programId}/draft?section=${section}`,
    })),
    { name: "liability", path: "/abc/insights/liability" },
    { name: "liability-narrowed", path: "/abc/insights/liability?category=REGULAR&from=2026-01" },
    { name: "activity", path: "/abc/activity" },
    { name: "activity-run", path: `/abc/activity/imports/${runId}` },
    { name: "activity-new", path: "/abc/activity/new" },
    { name: "activity-rejected", path: "/abc/activity/rejected" },
    { name: "activity-set-aside", path: "/abc/activity/set-aside" },
    { name: "activity-mailbox", path: "/abc/activity/mailbox" },
    { name: "admin-stores", path: "/abc/admin/stores" },
    { name: "admin-store-new", path: "/abc/admin/stores?add=1", isOverlay: true },
    { name: "admin-tills", path: "/abc/admin/tills" },
    { name: "admin-concepts", path: "/abc/admin/concepts" },
    { name: "admin-fields", path: "/abc/admin/fields" },
    { name: "admin-organisation", path: "/abc/admin/organisation" },
    { name: "admin-settings", path: "/abc/admin/settings" },
    { name: "admin-clients", path: "/abc/admin/clients" },
    { name: "admin-users", path: "/abc/admin/users" },
    { name: "empty-home", path: "/brightmart" },
    { name: "empty-liability", path: "/brightmart/insights/liability" },
    { name: "empty-members", path: "/brightmart/members" },
    { name: "empty-activity", path: "/brightmart/activity" },
    ...overlaysOf(examples),
  ];
};

/** Examples from the demo: a bill with some items that earned at Silver, its member with a history, the latest bill of nobody. */
export const findExamples = ({ app }: DemoShop): Promise<Examples> =>
  app.db.system((tx) =>
    tx.one<Examples & Record<string, unknown>>(sql`/* tests.examples */
      with bills as (
        select t.id, t.customer_id, t.billed_at, count(*) over (partition by t.customer_id) as of_member,
               (select count(*) from activities.transaction_lines l
                 where l.party_id = t.party_id and l.transaction_id = t.id) as lines
          from activities.transactions t where t.customer_id is not null and t.return_type is null),
      example as (
        select bills.id, m.party_id, m.program_id
          from bills join loyalty.memberships m on m.party_id = bills.customer_id
         where m.tier_number = 2 and bills.billed_at > m.tier_since and of_member <= 12
         order by lines between 3 and 6 desc, of_member desc, bills.id
         limit 1)
      select example.party_id as "memberId", example.program_id as "programId", example.id as "transactionId",
             (select max(event_no) from ledger.entries e where e.party_id = example.party_id) as "eventNo",
             (select t.id from activities.transactions t where t.customer_id is null
               order by t.billed_at desc limit 1) as "anonymousId",
             (select min(run_id) from dataflows.rejections) as "runId"
        from example`),
  );
