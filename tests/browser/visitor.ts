import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser } from "../support/chromium.ts";
import { type DemoShop, startDemoShop } from "./demo-shop.ts";

export type Role = "owner" | "marketer" | "care_agent";

/** Of a desk and of a phone. */
export type Width = 1440 | 390;

export interface VisitOptions {
  /** Signed in as; nobody when absent. */
  readonly as?: Role;
  readonly path?: string;
  readonly width?: Width;
  readonly colours?: "light" | "dark";
  /** Answers that the story provokes, as in "401 POST /api/session"; all others that fail make the test fail. */
  readonly provokes?: readonly (string | RegExp)[];
}

export interface Visit {
  readonly page: Page;
  /** Goes to a path of the console and waits until its screen is complete. */
  go(path: string): Promise<void>;
}

/** A demo shop of the test file's own and visits to its console; every visit is watched for errors. */
export interface Console {
  readonly shop: DemoShop;
  visit(options?: VisitOptions): Promise<Visit>;
}

/** Of the window, by its width. */
export const HEIGHTS = { 1440: 900, 390: 844 };
const RESULTS = fileURLToPath(new URL("../../test-results/", import.meta.url));

/** Sets up what the tests of a file share; call once at its top. */
export const serveConsole = (): Console => {
  let shop: DemoShop | undefined;
  let browser: Browser | undefined;
  let visits: { context: BrowserContext; page: Page; problems: string[] }[] = [];
  const states = new Map<Role, Awaited<ReturnType<BrowserContext["storageState"]>>>();

  beforeAll(async () => {
    [shop, browser] = await Promise.all([startDemoShop(), launchBrowser()]);
  });
  afterEach(async ({ task }) => {
    const done = visits;
    visits = [];
    if (task.result?.state === "fail") {
      await mkdir(`${RESULTS}failures`, { recursive: true });
      const name = task.name.replaceAll(/\W+/g, "-").slice(0, 80);
      for (const [index, { page }] of done.entries())
        await page.screenshot({ path: `${RESULTS}failures/${name}-${index + 1}.png` }).catch(() => {});
    }
    for (const { context } of done) await context.close();
    expect(done.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.dispose();
  });

  /** A session costs a slow hash: one per role serves the whole file. */
  const stateOf = async (role: Role) => {
    const known = states.get(role);
    if (known !== undefined) return known;
    const { email, password } = userOf(shop!, role);
    const context = await browser!.newContext({ baseURL: shop!.address });
    const answer = await context.request.post("/api/session", { data: { email, password } });
    if (!answer.ok()) throw new Error(`${email} could not sign in: ${await answer.text()}`);
    const state = await context.storageState();
    await context.close();
    states.set(role, state);
    return state;
  };

  return {
    get shop() {
      return shop!;
    },
    visit: async ({ as, path, width = 1440, colours = "light", provokes = [] } = {}) => {
      const context = await browser!.newContext({
        baseURL: shop!.address,
        viewport: { width, height: HEIGHTS[width] },
        colorScheme: colours,
        reducedMotion: "reduce",
        locale: "en-GB",
        // Another zone than the organisation's, whose times are shown all the same.
        timezoneId: "America/New_York",
        permissions: ["clipboard-read", "clipboard-write"],
        ...(as === undefined ? {} : { storageState: await stateOf(as) }),
      });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      visits.push({ context, page, problems: watch(page, provokes) });
      const go = async (to: string) => {
        await page.goto(to);
        await settled(page);
      };
      if (path !== undefined) await go(path);
      return { page, go };
    },
  };
};

/** Fills the sign-in page, which is on its way or there, and sends it. */
export const fillSignIn = async (page: Page, email: string, password: string): Promise<void> => {
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.keyboard.press("Enter");
};

export const userOf = ({ signIns }: DemoShop, role: Role) =>
  signIns.users.find((user) => user.role === role)!;

/** Collects what must not happen on any page: script errors, failing answers, refusals by the content security policy. */
const watch = (page: Page, provokes: readonly (string | RegExp)[]): string[] => {
  const problems: string[] = [];
  // Nobody is signed in: the console asks, and shows the sign-in.
  const expected = ["401 GET /api/session", ...provokes];
  page.on("pageerror", (error) => problems.push(`script error: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    // The browser's own remark on a failing answer, which is judged below.
    if (message.text().startsWith("Failed to load resource")) return;
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() < 400) return;
    const path = new URL(response.url()).pathname;
    const line = `${response.status()} ${response.request().method()} ${path}`;
    const isExpected = expected.some((one) => (typeof one === "string" ? one === line : one.test(line)));
    if (!isExpected) problems.push(line);
  });
  page.on("requestfailed", (request) => {
    // Leaving a screen takes back what it had asked.
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") problems.push(`${request.method()} ${request.url()}: ${reason}`);
  });
  return problems;
};

/** In words of the browser, whose names this program does not know. Asked at each frame, since the page's policy forbids eval. */
const COMPLETE = `new Promise((resolve, reject) => {
  const deadline = performance.now() + 20000;
  const waiting =
    '.mantine-Skeleton-root, [aria-busy="true"], [data-stale], .mantine-Loader-root, [data-loading="true"]';
  const isComplete = () =>
    document.querySelector("h1") !== null &&
    document.querySelector(waiting) === null &&
    [...document.querySelectorAll('figure > [role="img"]')].every((chart) => chart.querySelector("canvas")) &&
    document.fonts.status === "loaded";
  const look = () => {
    if (isComplete()) requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)));
    else if (performance.now() < deadline) requestAnimationFrame(look);
    else reject(new Error("still waiting at " + location.href + ": " + document.querySelector(waiting)?.outerHTML));
  };
  look();
})`;

/** Waits until a screen has all it shows: no skeletons, nothing stale, charts drawn, fonts there. */
export const settled = async (page: Page): Promise<void> => {
  await page.evaluate(COMPLETE);
};
