/** The flow of the page: the same answers as the command's, in a link that others can open. */
import assert from "node:assert/strict";
import { userns } from "../cli/command.ts";
import { checkLooks } from "./looks.ts";
import { pageTest } from "./page-test.ts";
import { POLICY_WITHOUT_WASM } from "./site.ts";

pageTest(
  "the way of an id is told as `userns explain` tells it, and its link shows it again",
  {},
  async ({ page, open }) => {
    await page.getByLabel("Map of container").fill("0:1000:1,1:200000:500");
    await page.getByLabel("Id", { exact: true }).fill("33");
    const told = await userns(["explain", "33", "--map", "0:1000:1,1:200000:500", "--json"]);
    const { explanations } = JSON.parse(told.stdout);
    assert.equal(explanations[0].to, "k200032");
    await page.getByText("k200032", { exact: true }).first().waitFor();
    await page.getByText("line 2: 1:200000:500").waitFor();

    await page.waitForURL(/#flow\/./);
    const other = await open(page.url());
    await other.getByText("line 2: 1:200000:500").waitFor();
    assert.equal(await other.getByLabel("Id", { exact: true }).inputValue(), "33");
  },
);

pageTest(
  "an id that no line holds ends where the map does, and Linux refuses to create a file by it",
  {},
  async ({ page }) => {
    await page.getByRole("button", { name: "Idmapped volume" }).click();
    await page.getByRole("combobox", { name: "in", exact: true }).selectOption("disk (u)");
    await page.getByLabel("Id", { exact: true }).fill("70000");
    await page.getByText("not mapped, shown as 65534").waitFor();
    await page.locator(".drawing .cross").first().waitFor();
    await checkLooks(page, "flow-unmapped");

    await page.getByLabel("Map of the mount").fill("0:100000:zzz");
    await page.getByRole("alert").getByText("a decimal number").waitFor();
  },
);

pageTest("a nested map that its parent does not hold is refused with the errno and the rule", {}, async ({ page }) => {
  await page.getByRole("button", { name: "Nested containers" }).click();
  await page.getByLabel("Map of nested").fill("0:60000:10000");
  const card = page.getByRole("heading", { name: "Linux does not take the map of nested" }).locator("..");
  await card.getByText("EPERM").waitFor();
});

pageTest("the lines of a map are reached by keys, and show the way of their first id", {}, async ({ page }) => {
  await page.getByLabel("Map of container").fill("0:1000:1,1:200000:500");
  const line = page.getByRole("option", { name: /: 0 to 0 become 1000 to 1000/ });
  await line.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByText("k200000", { exact: true }).first().waitFor();
  assert.equal(await page.getByLabel("Id", { exact: true }).inputValue(), "1");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press(" ");
  await page.getByText("k1000", { exact: true }).first().waitFor();
});

pageTest("the words follow the mouse, and go back to the picked id when it leaves", {}, async ({ page }) => {
  const answer = page.locator(".cards .answer").first();
  await answer.getByText("u42").waitFor();
  await page.locator(".drawing svg").hover({ position: { x: 18, y: 300 } });
  await answer.getByText("u42").waitFor({ state: "detached" });
  await page.mouse.move(0, 0);
  await answer.getByText("u42").waitFor();
});

pageTest(
  "where the policy forbids Wasm the twin answers, and the page says so",
  { policy: POLICY_WITHOUT_WASM },
  async ({ page }) => {
    await page.getByText("engine: typescript").waitFor();
    await page.getByText("k100041", { exact: true }).first().waitFor();
  },
);
