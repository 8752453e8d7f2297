/** How the page looks as it stands: checked, and kept as pictures. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { NARROW, WIDE } from "./page-test.ts";

/** Ignored by git; to be looked at after a change. */
const SHOTS = "build/playground";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * At both widths, in light and in dark: nothing serious that axe-core finds, nothing wider than the page. Pictures of
 * all four are kept by the name of what is seen. The page's width is afterwards as it was.
 */
export async function checkLooks(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const width of [WIDE, NARROW]) {
    await page.setViewportSize({ width, height: 900 });
    // What is drawn to a width of its own is drawn again a frame later.
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      assert.deepEqual(await seriousFindings(page), [], `${name}, ${width}, ${colorScheme}`);
    }
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${name} scrolls sideways`);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/** Findings of serious and critical impact, each with the element it is about. */
async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " at " + target.join(" ") + ": " + failureSummary)))`);
}
