/** The scenario part: answers as `userns run` gives them, marks where a text is wrong, maps that are drawn. */
import assert from "node:assert/strict";
import { userns } from "../cli/command.ts";
import { checkLooks } from "./looks.ts";
import { pageTest } from "./page-test.ts";

pageTest(
  "every call of a scenario answers as `userns run` does, and the last one made tells its rule",
  {},
  async ({ page, open }) => {
    await page.getByRole("link", { name: "Examples" }).click();
    await page.getByRole("button", { name: "The setuid objection" }).click();
    await page.locator(".calls li").first().waitFor();

    const told = await userns(["run", "tests/scenarios/fsid/setuid-execution.yaml", "--json"]);
    const { scenarios } = JSON.parse(told.stdout);
    const { calls } = scenarios[0];
    assert.equal(await page.locator(".calls li").count(), calls.length);
    for (const { number, answer, rule } of calls) {
      await page.getByRole("button", { name: "Forward" }).click();
      const item = page.locator(".calls li").nth(number - 1);
      await item.locator("[aria-current=step]").waitFor();
      if (answer.errno) await item.getByText(answer.errno).first().waitFor();
      if (rule) await item.getByText(rule.sentence).waitFor();
    }
    await page.getByText(`after call ${calls.length} of ${calls.length}`).waitFor();
    await checkLooks(page, "scenario-stepped");
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByText(`after call ${calls.length - 1} of ${calls.length}`).waitFor();

    await page.waitForURL(/#scenario\/./);
    const last = await page.locator(".calls [aria-current=step]").innerText();
    await page.waitForTimeout(400);
    const other = await open(page.url());
    assert.equal(await other.locator(".calls [aria-current=step]").innerText(), last);
  },
);

pageTest(
  "a text that is wrong is marked at its line, and the answers before stay in view",
  { at: "#scenario" },
  async ({ page }) => {
    await page.locator(".calls li").first().waitFor();
    const content = page.locator(".cm-content");
    await content.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type('  - { task: nobody, call: stat, path: "disk:mine" }\n');
    const fault = page.getByRole("alert");
    await fault.getByText(/scenario:\d+:\d+: \$\.steps\[9\]\.task/).waitFor();
    await page.locator(".cm-lint-marker-error").waitFor();
    assert.equal(await page.locator(".calls li").count(), 9);
    await checkLooks(page, "scenario-faulty");
  },
);

pageTest(
  "a line that is drawn longer, and one that is added, stand in the text and in the world",
  { at: "#scenario" },
  async ({ page }) => {
    assert.equal(await page.locator(".handle .id").first().innerText(), "0 → 1000");
    await page.getByLabel("count of line 2, uid_map of container", { exact: true }).fill("10");
    await page.getByText("0:1000:1, 1:100000:10", { exact: true }).waitFor();
    await page.locator(".cm-content").getByText("[1, alice_sub, 10]]").waitFor();
    await page.getByRole("button", { name: "Add a line" }).first().click();
    await page.getByText("0:1000:1, 1:100000:10, 11:100010:1", { exact: true }).waitFor();
    await page.getByLabel("end by powers of two: count of line 3, uid_map of container").press("End");
    await page
      .getByRole("alert")
      .or(page.getByText(/11:100010:\d{5,}/))
      .first()
      .waitFor();
  },
);
