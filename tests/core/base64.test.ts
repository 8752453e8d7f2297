import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toBase64 } from "../../src/core/index.ts";

/** As in a browser, which has no Buffer. */
function withoutBuffer<T>(run: () => T): T {
  const { Buffer: kept } = globalThis;
  Reflect.deleteProperty(globalThis, "Buffer");
  try {
    return run();
  } finally {
    globalThis.Buffer = kept;
  }
}

test("bytes of every length are given back, by the decoder of Node and without it", () => {
  for (let length = 0; length <= 20; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 97 + 200) % 256);
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.deepEqual(
      withoutBuffer(() => fromBase64(toBase64(bytes))),
      bytes,
    );
  }
});

test("a text that is no base64 has no bytes", () => {
  for (const text of ["a", "a===", "ab=c", "ab c", "é"]) assert.equal(fromBase64(text), null, text);
});
