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
  "a line that is made longer, and one that is added, stand in the text and in the world",
  { at: "#scenario" },
  async ({ page }) => {
    assert.equal(await page.locator(".handle .id").first().innerText(), "0 → 1000");
    await page.getByLabel("count of line 2, uid_map of container", { exact: true }).fill("10");
    await page.getByText("0:1000:1, 1:100000:10", { exact: true }).waitFor();
    await page.locator(".cm-content").getByText("[1, alice_sub, 10]]").waitFor();
    await page.getByRole("button", { name: "Add a line" }).first().click();
    await page.getByText("0:1000:1, 1:100000:10, 11:100010:1", { exact: true }).waitFor();
  },
);

pageTest("the end of a drawn line is dragged by the mouse and by a finger", { at: "#scenario" }, async ({ page }) => {
  const map = page.locator(".map-line").first();
  const end = page.getByRole("slider", { name: "end of line 2, uid_map of container" });
  const grip = async () => {
    const box = await end.locator(".grip").boundingBox();
    assert.ok(box);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const holds = (count: number | string) => map.getByText(`0:1000:1, 1:100000:${count}`, { exact: true });
  await end.scrollIntoViewIfNeeded();
  const { x, y } = await grip();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y - 30);
  await holds(65536).waitFor({ state: "detached" });
  assert.ok(Math.abs((await grip()).y - (y - 30)) < 6, "the end keeps to the pointer");
  await page.mouse.move(x, y + 1);
  await holds(65536).waitFor();
  await page.mouse.move(x, y - 40);
  await holds(65536).waitFor({ state: "detached" });
  await page.mouse.up();
  const shorter = Number(await end.getAttribute("aria-valuenow"));
  assert.ok(shorter > 1 && shorter < 20_000, `${shorter} ids`);
  await holds(shorter).waitFor();
  await page.locator(".cm-content").getByText(`[1, alice_sub, ${shorter}]]`).waitFor();

  const finger = await page.context().newCDPSession(page);
  const from = await grip();
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] });
  for (const way of [10, 20, 30])
    await finger.send("Input.dispatchTouchEvent", {
      type: "touchMove",
      touchPoints: [{ x: from.x, y: from.y + way }],
    });
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await holds(shorter).waitFor({ state: "detached" });
  assert.ok(Number(await end.getAttribute("aria-valuenow")) > shorter);
});

pageTest(
  "the end of a drawn line is moved by keys; where it runs into another line, what both hold is marked",
  { at: "#scenario" },
  async ({ page }) => {
    const uidMap = page.getByRole("group", { name: "uid_map of container" });
    const end = uidMap.getByRole("slider", { name: "end of line 1" });
    await end.focus();
    for (const [key, count] of [
      ["ArrowUp", "1"],
      ["ArrowDown", "2"],
      ["PageDown", "4"],
      ["ArrowLeft", "3"],
      ["PageUp", "2"],
      ["Home", "1"],
      ["ArrowRight", "2"],
    ] as const) {
      await page.keyboard.press(key);
      await uidMap.locator(`[aria-label^="end of line 1"][aria-valuenow="${count}"]`).waitFor();
    }
    await page.getByRole("alert").getByText("ranges that do not overlap").waitFor();
    await uidMap
      .getByRole("listitem")
      .getByText("1 inside is in line 1 and in line 2: it would be both 1001 and 100000 below")
      .waitFor();
    assert.equal(await uidMap.locator("path.clash").count(), 2);
    await checkLooks(page, "scenario-overlap");
    await page.keyboard.press("End");
    await page.getByRole("alert").waitFor({ state: "detached" });
    assert.equal(await end.getAttribute("aria-valuenow"), "1", "as far as the next line");
    assert.equal(await uidMap.locator(".clash").count(), 0);
  },
);
