/** Ways to shift the owners of a layer from a file into a file. */
import { execFile, execFileSync } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { extract, pack } from "tar-stream";
import { type IdMap, mapDown } from "../../src/core/index.ts";

/** One tool at work on a layer. */
export interface TarWay {
  readonly name: string;
  shift(input: string, output: string): Promise<void>;
}

/** Each way in Node reads and writes in pieces of this size; tarfile in its own, larger ones make it slower. */
const CHUNK = 1 << 20;
const reading = (path: string) => createReadStream(path, { highWaterMark: CHUNK });
const writing = (path: string) => createWriteStream(path, { highWaterMark: CHUNK });

/** The stream as it is. */
export const plainCopy: TarWay = {
  name: "plain copy",
  shift: (input, output) => pipeline(reading(input), writing(output)),
};

/** A function from a stream of bytes to one: ours. */
export function throughStream(
  name: string,
  shift: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): TarWay {
  return {
    name,
    shift: (input, output) =>
      pipeline(Readable.from(shift(reading(input)), { objectMode: false, highWaterMark: CHUNK }), writing(output)),
  };
}

/** tar-stream: every entry taken apart and put together again. */
export function tarStream(map: IdMap): TarWay {
  return {
    name: "tar-stream",
    async shift(input, output) {
      const unpacked = extract();
      const packed = pack();
      unpacked.on("entry", (header, stream, next) => {
        const owner = { uid: mapDown(map, header.uid ?? 0), gid: mapDown(map, header.gid ?? 0) };
        stream.pipe(packed.entry({ ...header, ...owner }, next));
      });
      unpacked.on("finish", () => packed.finalize());
      await Promise.all([pipeline(reading(input), unpacked), pipeline(packed, writing(output))]);
    },
  };
}

const PYTHON = `
import sys, tarfile
first, lower, count = map(int, sys.argv[3:])
def shift(id):
    return id - first + lower if first <= id < first + count else 0xffffffff
with open(sys.argv[1], "rb") as r, open(sys.argv[2], "wb") as w:
    with tarfile.open(fileobj=r, mode="r|") as i, tarfile.open(fileobj=w, mode="w|", format=tarfile.USTAR_FORMAT) as o:
        for entry in i:
            entry.uid, entry.gid = shift(entry.uid), shift(entry.gid)
            o.addfile(entry, i.extractfile(entry) if entry.isreg() else None)
`;

/** Python's tarfile as a stream, its start of some 50 ms included. @returns null where there is no python3 */
export function pythonTarfile({ first, lowerFirst, count }: IdMap["extents"][number]): TarWay | null {
  try {
    execFileSync("python3", ["-c", "import tarfile"], { stdio: "ignore" });
  } catch {
    return null;
  }
  const numbers = [first, lowerFirst, count].map(String);
  return {
    name: "Python tarfile",
    async shift(input, output) {
      await promisify(execFile)("python3", ["-c", PYTHON, input, output, ...numbers]);
    },
  };
}
