import { parseSubid, printSubid, type SubidFile } from "../formats/index.ts";
import { withLock } from "./lock-file.ts";
import { put } from "./terminal.ts";
import { readTextIfThere } from "./text-file.ts";
import { writeWhole } from "./whole-file.ts";

/**
 * Edit a file of granted ranges, alone: with the lock that useradd and usermod take, FILE.lock, and then whole or not at
 * all. What the edit leaves as it was is not written.
 *
 * @throws UsernsError ERR_FILE, ERR_STORE_BUSY
 */
export async function editSubids(path: string, edit: (file: SubidFile) => SubidFile): Promise<void> {
  await withLock(`${path}.lock`, async () => {
    const before = (await readTextIfThere(path, "latin1")) ?? "";
    const text = printSubid(edit(parseSubid(before, path)));
    if (text !== before) await writeWhole(path, (sink) => put(sink, Buffer.from(text, "latin1")));
  });
}
