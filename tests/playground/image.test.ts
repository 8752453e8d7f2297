/** The layer part given whole images: what `userns image shift` writes, and what it makes of what the page wrote. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderFor, userns } from "../cli/command.ts";
import { bytesOf, dockerArchive, gzipped, layoutOf, owned, plain, tarOf } from "../image/build-image.ts";
import { download, pageTest } from "./page-test.ts";

const MAP = "0:100000:65536";
const BASE = owned(["etc/passwd", 0, 0], ["etc/shadow", 0, 42]);
const APP = owned(["srv/www", 33, 33]);

pageTest(
  "an image is shifted in the page to what `userns image shift` writes",
  { at: "#layer" },
  async ({ page, t }) => {
    const folder = folderFor(t);
    await page.getByLabel("Map", { exact: true }).fill(MAP);
    for (const [name, image, summary] of [
      ["app.oci.tar", tarOf(layoutOf(plain(BASE), plain(APP))), "2 layers, 3 entries, 5 ids; the map holds them all"],
      ["app.docker.tar", dockerArchive(BASE), "2 entries, 3 ids; the map holds them all"],
    ] as const) {
      const [from, expected] = [join(folder, name), join(folder, `expected-${name}`)];
      writeFileSync(from, image);
      assert.equal((await userns(["image", "shift", from, expected, "--map", MAP])).exit, 0);
      await page.getByLabel("A layer or an image").setInputFiles(from);
      await page.getByText(summary).waitFor();
      await page.getByRole("button", { name: "Shift it" }).click();
      await page.getByText("2 of 2 entries shifted (wasm)").waitFor();
      assert.ok((await download(page)).equals(readFileSync(expected)), name);
    }
  },
);

pageTest(
  "the digests of packed layers are right: `userns image owners` takes what the page wrote",
  { at: "#layer" },
  async ({ page, t }) => {
    const folder = folderFor(t);
    const [from, expected, got] = [join(folder, "in.tar"), join(folder, "expected.tar"), join(folder, "got.tar")];
    writeFileSync(from, tarOf(layoutOf(gzipped(BASE), gzipped(APP))));
    assert.equal(
      (await userns(["image", "shift", from, expected, "--map", "0:0:1,42:5042:1", "--unmapped", "keep"])).exit,
      0,
    );
    await page.getByLabel("Map", { exact: true }).fill("0:0:1,42:5042:1");
    await page.getByLabel("A layer or an image").setInputFiles(from);
    await page.getByText("the map does not hold 2 of them").waitFor();
    await page.getByRole("button", { name: "Shift it" }).click();
    await page.getByText("Refused: 2 ids").waitFor();
    await page.getByLabel("Ids that the map does not hold").selectOption("keep");
    await page.getByRole("button", { name: "Shift it" }).click();
    await page.getByText(/^layer 2 sha256:[0-9a-f]{12} of linux\/amd64: no owner changes, kept as it is$/).waitFor();
    writeFileSync(got, await download(page));
    const ownersOf = async (path: string) => {
      const { exit, stdout } = await userns(["image", "owners", path, "--json"]);
      assert.equal(exit, 0);
      return JSON.parse(stdout).layers.map(({ digest: _, ...owners }: { digest: string }) => owners);
    };
    assert.deepEqual(await ownersOf(got), await ownersOf(expected));
  },
);

pageTest(
  "an image that is not sound is told with the layer, and nothing is offered",
  { at: "#layer" },
  async ({ page }) => {
    const files = layoutOf(plain(BASE));
    const [layer] = [...files].find(([, bytes]) => bytes === BASE) ?? [""];
    files.set(layer, Buffer.concat([BASE.subarray(0, -1), Buffer.of(1)]));
    const give = (name: string, bytes: Uint8Array) =>
      page
        .getByLabel("A layer or an image")
        .setInputFiles({ name, mimeType: "application/x-tar", buffer: Buffer.from(bytes) });
    await give("changed.tar", tarOf(files));
    await page.getByRole("alert").getByText("this copy of it is damaged or was changed").waitFor();
    await give("no-mark.tar", tarOf(new Map([["index.json", bytesOf("{}")]])));
    await page.getByRole("alert").getByText("oci-layout").waitFor();
    assert.equal(await page.getByRole("button", { name: "Shift it" }).count(), 0);
  },
);
