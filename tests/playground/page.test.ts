/** What the page as a whole promises: its size, its speed, no fault in any part, readable for everybody. */
import assert from "node:assert/strict";
import { checkLooks } from "./looks.ts";
import { pageTest } from "./page-test.ts";

const MOST_BYTES = 400_000;

pageTest("every part is readable as it opens, and all that is loaded is below 400 kB", {}, async ({ page, site }) => {
  for (const part of await page.locator("nav a").allInnerTexts()) {
    await page.getByRole("link", { name: part, exact: true }).click();
    await page.getByRole("heading", { level: 2, name: part, exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    await checkLooks(page, part.toLowerCase());
  }
  assert.ok(site.packedBytes() < MOST_BYTES, `${site.packedBytes()} bytes`);
});

pageTest("the page can be used within a second of its load", {}, async ({ open }) => {
  const times: number[] = [];
  // The machine may be busy with other tests: one quiet moment of eight is what counts.
  for (let round = 0; round < 8 && !times.some((ms) => ms < 1000); round++) {
    const page = await open();
    await page.locator(".drawing svg").waitFor();
    times.push(Number(await page.evaluate("performance.now()")));
    await page.context().close();
  }
  assert.ok(Math.min(...times) < 1000, `${times.join(", ")} ms`);
});

pageTest("a broken link is told, and the part opens as it is at first", { at: "#flow/AAAA" }, async ({ page }) => {
  await page.getByRole("alert").getByText("a link that this page made").waitFor();
  await page.locator(".drawing svg").waitFor();
});
