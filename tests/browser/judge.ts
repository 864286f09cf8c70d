import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let source: Promise<string> | undefined;

/** What axe-core finds on the page, one sentence each; of some rules only, where the others have judged the same page before. */
export const objectionsTo = async (page: Page, rules: readonly string[] = RULES): Promise<string[]> => {
  source ??= readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(await source);
  // What a frame shows is a page of its own, which may not be reached into, and is judged by itself. No rule of these needs
  // style sheets and media loaded ahead, which takes a third of the time.
  const options = { runOnly: rules, resultTypes: ["violations"], iframes: false, preload: false };
  return page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target, html, failureSummary }) =>
      id + " (" + impact + ") at " + target.join(" ") + ": " + html.slice(0, 200) + " " + failureSummary)))`);
};

/** Whether something lies beyond the right edge, so that the page scrolls sideways. Charts take some frames to shrink. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(`new Promise((resolve) => {
    const look = (frames) => {
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth <= clientWidth || frames === 0) resolve(scrollWidth > clientWidth);
      else requestAnimationFrame(() => look(frames - 1));
    };
    look(120);
  })`);
