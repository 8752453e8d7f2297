/** The order of paths is that of their bytes, a slash below all others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesOfPath, canonicalPath, comparePaths, pathOfBytes, ROOT_PATH } from "../../src/manifest/index.ts";

const SLASH = 0x2f;
/** Names with all that could be ordered otherwise: what stands below a slash, and characters of one to four bytes and parts of such. */
const byte = fc.constantFrom(
  ...[SLASH, 0x2e, 0x2d, 0x61, 0x7f, 0x01, 0xc3, 0xa9, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0xee, 0xef, 0xbc, 0xa1],
);
const bytes = fc.array(byte, { maxLength: 8 });

/** The same in so many words. */
function inBytes(path: string): Uint8Array {
  return path === ROOT_PATH ? new Uint8Array(0) : bytesOfPath(path).map((one) => (one === SLASH ? 0 : one));
}

test("two paths are in the order of their bytes", () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (before, a, b) => {
      const [first, second] = [a, b].map((end) => canonicalPath(pathOfBytes(Uint8Array.of(...before, ...end))));
      if (first === null || first === undefined || second === null || second === undefined) return;
      assert.equal(Math.sign(comparePaths(first, second)), Buffer.compare(inBytes(first), inBytes(second)));
    }),
    { numRuns: 5000 },
  );
});

test("a path has one text, name by name", () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const text = pathOfBytes(Uint8Array.from(given));
      const names = text.split("/").filter((name) => name !== "" && name !== ".");
      assert.equal(canonicalPath(text), names.includes("..") ? null : names.join("/") || ROOT_PATH);
    }),
    { numRuns: 5000 },
  );
});
