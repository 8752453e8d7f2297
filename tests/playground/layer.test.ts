/** The layer part: the bytes of `userns shift`, the owners of `userns layer lint`, and a big file in pieces. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { folderFor, LAYER, ROOTLESS, userns } from "../cli/command.ts";
import { writeBigTar } from "./big-tar.ts";
import { checkLooks } from "./looks.ts";
import { download, NARROW, pageTest } from "./page-test.ts";

pageTest(
  "a layer is shifted in the page to the bytes that `userns shift` writes, packed and plain",
  { at: "#layer" },
  async ({ page, t }) => {
    const folder = folderFor(t);
    const plain = join(folder, "plain.tar");
    writeFileSync(plain, gunzipSync(readFileSync(LAYER)));
    const expected = join(folder, "expected.tar");
    assert.equal((await userns(["shift", plain, expected, "--map", ROOTLESS])).exit, 0);

    for (const file of [plain, LAYER]) {
      await page.getByLabel("A layer").setInputFiles(file);
      await page.getByText("272 entries, 13 ids; the map holds them all").waitFor();
      await page.getByRole("button", { name: "Shift it" }).click();
      await page.getByText("272 of 272 entries shifted (wasm)").waitFor();
      const bytes = await download(page);
      const tar = file === LAYER ? gunzipSync(bytes) : bytes;
      assert.ok(tar.equals(readFileSync(expected)), `${file}: ${tar.length} bytes`);
    }
  },
);

pageTest(
  "ids that the map does not hold are marked, refused, and held by the map that is offered",
  { at: "#layer", width: NARROW },
  async ({ page }) => {
    const told = await userns(["layer", "lint", LAYER, "--map", "0:1000:1,1:100000:100", "--json"]);
    const { unmapped, fit } = JSON.parse(told.stdout);

    await page.getByLabel("Map", { exact: true }).fill("0:1000:1,1:100000:100");
    await page.getByLabel("A layer").setInputFiles(LAYER);
    await page.getByText(`the map does not hold ${unmapped.length} of them`).waitFor();
    assert.equal(await page.locator("tr.is-unmapped").count(), unmapped.length);
    await page.getByRole("button", { name: "Shift it" }).click();
    await page.getByText(`Refused: ${unmapped.length} ids`).waitFor();
    await checkLooks(page, "layer-refused");
    for (const cell of await page.locator(".owners .count, .owners .bar").all()) {
      const box = await cell.boundingBox();
      assert.ok(box && box.x + box.width <= NARROW, "bars and their numbers are seen without scrolling");
    }
    await page.getByRole("button", { name: "Take the smallest map that does" }).click();
    await page.getByText("the map holds them all").waitFor();
    assert.equal(await page.getByLabel("Map", { exact: true }).inputValue(), fit.map);
    const offered = page.getByText("by the rules as they were before");
    await page.getByRole("button", { name: "Shift it" }).click();
    await page.locator("a.download").waitFor();
    assert.equal(await offered.count(), 0);
    await page.getByLabel("Map of groups").fill("0:1000:5");
    await offered.waitFor();
  },
);

pageTest("a layer of 300 MB is read in pieces while the page answers", { at: "#layer" }, async ({ page, t }) => {
  const big = join(folderFor(t), "big.tar");
  writeBigTar(big, 300 * 1024 * 1024);
  await page.getByLabel("A layer").setInputFiles(big);
  await page.getByLabel("Map of groups").fill("0:1000:5");
  await page.getByText("1 entries, 2 ids").waitFor();
  const heap = Number(await page.evaluate("performance.memory.usedJSHeapSize"));
  assert.ok(heap < 100_000_000, `${heap} bytes of the page's heap`);
});

pageTest(
  "a file that is no tar, and a packing that browsers lack, are told with what to do",
  { at: "#layer" },
  async ({ page }) => {
    const give = (name: string, bytes: Buffer) =>
      page.getByLabel("A layer").setInputFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
    await give("layer.tar.zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]));
    await page.getByRole("alert").getByText("zstd -dc").waitFor();
    await give("image.squashfs", Buffer.from("hsqs".repeat(40)));
    await page.getByRole("alert").getByText("userns image shift").waitFor();
    await give("broken.tar.gz", readFileSync(LAYER).subarray(0, 5000));
    await page.getByRole("alert").getByText("whole gzip data").waitFor();
    await give("words.tar", Buffer.from("no tar at all".repeat(100)));
    await page.getByRole("alert").getByText("words.tar").waitFor();
  },
);

/** Files and folders of the disk, dragged from outside onto the page, as a file manager does. */
async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const box = await page.locator(".drop").boundingBox();
  assert.ok(box);
  const mouse = await page.context().newCDPSession(page);
  const data = { items: [], files: files.map((file) => resolve(file)), dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await mouse.send("Input.dispatchDragEvent", { type, x: box.x + 20, y: box.y + 20, data });
}

pageTest(
  "a file that is dropped is read; a folder and several files are told what to do",
  { at: "#layer" },
  async ({ page, t }) => {
    const folder = folderFor(t);
    const fault = page.getByRole("alert");
    await dropFiles(page, [folder]);
    await fault.getByText("(got a folder)").waitFor();
    await fault.getByText("put it into a tar: tar -cf").waitFor();
    await dropFiles(page, [LAYER, LAYER]);
    await fault.getByText("(got 2 files)").waitFor();
    await dropFiles(page, [LAYER]);
    await page.getByText("272 entries, 13 ids; the map holds them all").waitFor();
    assert.equal(await fault.count(), 0);
  },
);

pageTest("a file that is gone when it is read is told so", { at: "#layer" }, async ({ page, t }) => {
  const gone = join(folderFor(t), "gone.tar");
  writeFileSync(gone, gunzipSync(readFileSync(LAYER)));
  await page.getByLabel("A layer").setInputFiles(gone);
  await page.getByText("272 entries, 13 ids; the map holds them all").waitFor();
  rmSync(gone);
  await page.getByRole("button", { name: "Shift it" }).click();
  await page.getByRole("alert").getByText("expected a file that can be read").waitFor();
});
