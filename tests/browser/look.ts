import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page, PageScreenshotOptions } from "playwright-core";
import { expect } from "vitest";
import { isTooWide, objectionsTo } from "./judge.ts";
import { HEIGHTS, settled, type Width } from "./visitor.ts";

/** FEALTY_LOOK=1 takes pictures of the screens. They are for people: no test compares them, and they took a third of the time. */
export const TAKES_PICTURES = process.env.FEALTY_LOOK === "1";

const PICTURES = fileURLToPath(new URL("../../test-results/pictures/", import.meta.url));

/** A picture of what is shown, for whoever asked for pictures. */
export const picture = async (
  page: Page,
  name: string,
  options: PageScreenshotOptions = {},
): Promise<void> => {
  if (!TAKES_PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: "disabled", ...options });
};

/** What is shown fits and is accessible, narrow and wide. */
export const look = async (page: Page, name: string): Promise<void> => {
  for (const width of [390, 1440] satisfies Width[]) {
    await page.setViewportSize({ width, height: HEIGHTS[width] });
    await settled(page);
    expect(await isTooWide(page), `${name} at ${width}`).toBe(false);
    expect(await objectionsTo(page), `${name} at ${width}`).toEqual([]);
    await picture(page, `${name}-${width}`);
  }
};
