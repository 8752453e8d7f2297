/** The main job of each part, done by keys alone, from the top of the page. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { LAYER } from "../cli/command.ts";
import { pageTest } from "./page-test.ts";

/** More stops than any part has. */
const MOST_STOPS = 80;

/** Go to a control by the tabulator key alone, from where the keys are. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    await page.keyboard.press("Tab");
    if (await control.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`not reached by ${MOST_STOPS} stops: ${control}`);
}

/** Type over what a field holds. */
async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

/** Open a part by its link. */
async function openPart(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("link", { name, exact: true }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
}

pageTest("by keys: an example is opened, a map typed and an id followed", {}, async ({ page }) => {
  await openPart(page, "Examples");
  await tabTo(page, page.getByRole("button", { name: "Nested containers" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Flow" }).waitFor();
  await typeInto(page, page.getByLabel("Map of nested"), "0:1000:500");
  await typeInto(page, page.getByLabel("Id", { exact: true }), "7");
  await page.getByText("k101007", { exact: true }).first().waitFor();
});

pageTest("by keys: a scenario is stepped through, and edited, and the editor left", {}, async ({ page }) => {
  await openPart(page, "Scenario");
  await tabTo(page, page.getByRole("textbox", { name: "The scenario, in YAML" }));
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# mine\n");
  await page.locator(".cm-line").first().getByText("# mine").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Forward" }));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByText("after call 2 of 9").waitFor();
  await tabTo(page, page.getByRole("slider", { name: "end of line 2, uid_map of container" }));
  await page.keyboard.press("PageUp");
  await page.getByText("0:1000:1, 1:100000:32768", { exact: true }).waitFor();
});

pageTest("by keys: a map is pasted, and checked as another writer's", {}, async ({ page }) => {
  await openPart(page, "Paste");
  await typeInto(page, page.locator("textarea"), "0 5 1");
  await tabTo(page, page.getByLabel("Written by"));
  await page.keyboard.press("Home");
  await page.getByText("EPERM").first().waitFor();
  await page.keyboard.press("End");
  await page.getByText("yes, Linux takes this").waitFor();
});

pageTest("by keys: a layer is chosen, shifted and downloaded", {}, async ({ page }) => {
  await openPart(page, "Layer");
  const chooser = page.waitForEvent("filechooser");
  await tabTo(page, page.getByLabel("A layer"));
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({ name: "layer.tar.gz", mimeType: "application/gzip", buffer: readFileSync(LAYER) });
  await page.getByText("the map holds them all").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Shift it" }));
  await page.keyboard.press("Enter");
  await page.locator("a.download").waitFor();
  await tabTo(page, page.locator("a.download"));
  const [got] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(got.suggestedFilename(), "layer.shifted.tar.gz");
});

pageTest("by keys: the engines are measured", {}, async ({ page }) => {
  await openPart(page, "Bench");
  await tabTo(page, page.getByRole("button", { name: "Measure" }));
  await page.keyboard.press("Enter");
  await page.locator(".bar-wasm").first().waitFor();
});
