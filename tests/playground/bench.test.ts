/** The bench part: both engines are measured on every workload, where there is Wasm. */
import assert from "node:assert/strict";
import { checkLooks } from "./looks.ts";
import { pageTest } from "./page-test.ts";
import { POLICY_WITHOUT_WASM } from "./site.ts";

pageTest(
  "both engines are measured, after their answers were compared, and drawn as bars",
  { at: "#bench" },
  async ({ page }) => {
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByText("done", { exact: true }).waitFor();
    for (const bar of [".bar-wasm", ".bar-twin"]) {
      const widths = await page
        .locator(bar)
        .evaluateAll((bars) => bars.map((each) => Number(each.getAttribute("width"))));
      assert.equal(widths.length, 6);
      assert.ok(widths.every((width) => width > 0));
    }
    await checkLooks(page, "bench-measured");
  },
);

pageTest(
  "where Wasm is forbidden there is nothing to measure, and why",
  { at: "#bench", policy: POLICY_WITHOUT_WASM },
  async ({ page }) => {
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByText("There is no Wasm to measure").waitFor();
  },
);
