/** The bench part: both engines are measured on every workload, where there is Wasm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, POLICY_WITHOUT_WASM, servePage, startBrowser } from "./page.ts";

test("both engines are measured, after their answers were compared, and drawn as bars", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage();
  t.after(site.close);
  const { page, complaints } = await openPage(browser, `${site.url}#bench`);
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByText("done", { exact: true }).waitFor();
  for (const bar of [".bar-wasm", ".bar-twin"]) {
    const widths = await page
      .locator(bar)
      .evaluateAll((bars) => bars.map((each) => Number(each.getAttribute("width"))));
    assert.equal(widths.length, 6);
    assert.ok(widths.every((width) => width > 0));
  }
  assert.deepEqual(complaints, []);
});

test("where Wasm is forbidden there is nothing to measure, and why", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const site = await servePage(POLICY_WITHOUT_WASM);
  t.after(site.close);
  const { page } = await openPage(browser, `${site.url}#bench`);
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByText("There is no Wasm to measure").waitFor();
});
