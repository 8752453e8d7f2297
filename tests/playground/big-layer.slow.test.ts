/** A layer of 1 GB in the page: looked at and shifted in pieces, while the page answers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { folderFor } from "../cli/command.ts";
import { writeBigTar } from "./big-tar.ts";
import { pageTest } from "./page-test.ts";

pageTest(
  "a layer of 1 GB is shifted, and neither fills the page's memory nor keeps it from answering",
  { at: "#layer" },
  async ({ page, t }) => {
    const big = join(folderFor(t), "big.tar");
    writeBigTar(big, 1024 ** 3);
    await page.getByLabel("A layer or an image").setInputFiles(big);
    await page.getByText("1 entries, 2 ids").waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Shift it" }).click();
    await page.getByRole("progressbar", { name: "Shifting" }).waitFor();
    await page.getByLabel("Map of groups").fill("0:1000:5");
    assert.equal(await page.getByRole("progressbar", { name: "Shifting" }).count(), 1, "it answered meanwhile");
    await page.getByText("1 of 1 entries shifted").waitFor({ timeout: 180_000 });
    await page.locator("a.download").waitFor();
    const heap = Number(await page.evaluate("performance.memory.usedJSHeapSize"));
    assert.ok(heap < 100_000_000, `${heap} bytes of the page's heap`);
  },
);
