import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** A tar with one file that is a hole on the disk. */
export function writeBigTar(path: string, sizeBytes: number): void {
  const header = Buffer.alloc(512);
  header.write("big", 0);
  for (const [at, text] of [
    [100, "0000644\0"],
    [108, "0000000\0"],
    [116, "0000000\0"],
    [124, `${sizeBytes.toString(8).padStart(11, "0")}\0`],
    [136, "00000000000\0"],
    [148, "        "],
    [156, "0"],
    [257, "ustar\x0000"],
  ] as const)
    header.write(text, at, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const file = openSync(path, "w");
  writeSync(file, header);
  ftruncateSync(file, 512 + sizeBytes + 1024);
  closeSync(file);
}
