/** What the page as a whole promises: its size, its speed, no fault in any part, readable for everybody. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { seriousFindings } from "./axe.ts";
import { openPage, servePage, startBrowser, WIDTHS } from "./page.ts";

/** Ignored by git; to be looked at after a change. */
const SHOTS = "build/playground";
const MOST_BYTES = 400_000;

test("every part is without fault, serious finding and sideways scrolling, at both widths, in light and in dark", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage();
  t.after(site.close);
  mkdirSync(SHOTS, { recursive: true });
  for (const width of WIDTHS) {
    const { page, complaints } = await openPage(browser, site.url, width);
    const parts = await page.locator("nav a").allInnerTexts();
    for (const part of parts) {
      await page.getByRole("link", { name: part, exact: true }).click();
      await page.getByRole("heading", { level: 2, name: part, exact: true }).waitFor();
      await page.waitForLoadState("networkidle");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await seriousFindings(page), [], `${part}, ${width}, ${colorScheme}`);
        await page.screenshot({ path: `${SHOTS}/${part.toLowerCase()}-${width}-${colorScheme}.png`, fullPage: true });
      }
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${part} scrolls sideways`);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
});

test("all that the page loads with every part opened is below 400 kB", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage();
  t.after(site.close);
  const { page } = await openPage(browser, site.url);
  for (const part of await page.locator("nav a").all()) {
    await part.click();
    await page.waitForLoadState("networkidle");
  }
  assert.ok(site.packedBytes() < MOST_BYTES, `${site.packedBytes()} bytes`);
});

test("the page can be used within a second of its load", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage();
  t.after(site.close);
  const times: number[] = [];
  // The machine may be busy with other tests: one quiet moment of eight is what counts.
  for (let round = 0; round < 8 && !times.some((ms) => ms < 1000); round++) {
    const { page } = await openPage(browser, site.url);
    await page.locator(".drawing svg").waitFor();
    times.push(Number(await page.evaluate("performance.now()")));
    await page.context().close();
  }
  assert.ok(Math.min(...times) < 1000, `${times.join(", ")} ms`);
});

test("a link that is broken is told, and the part opens as it is at first", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage();
  t.after(site.close);
  const { page, complaints } = await openPage(browser, `${site.url}#flow/AAAA`);
  await page.getByRole("alert").getByText("a link that this page made").waitFor();
  await page.locator(".drawing svg").waitFor();
  assert.deepEqual(complaints, []);
});
