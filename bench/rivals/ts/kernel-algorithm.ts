import { signed, type TsRival } from "./rival.ts";

/** Linux's algorithm on typed arrays: a linear search through up to 5 extents, a binary search through more. */
let count = 0;
let firsts = new Uint32Array(0);
let counts = new Uint32Array(0);
let deltas = new Int32Array(0);

function linear(from: Uint32Array, to: Int32Array): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    let found = -1;
    for (let e = 0; e < count; e++)
      if ((id - (firsts[e] ?? 0)) >>> 0 < (counts[e] ?? 0)) {
        found = (id + (deltas[e] ?? 0)) | 0;
        break;
      }
    to[k] = found;
  }
}

function binary(from: Uint32Array, to: Int32Array): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    let found = -1;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = firsts[middle] ?? 0;
      if (id < first) high = middle;
      else if (id - first < (counts[middle] ?? 0)) {
        found = (id + (deltas[middle] ?? 0)) | 0;
        break;
      } else low = middle + 1;
    }
    to[k] = found;
  }
}

export const kernelAlgorithm: TsRival = {
  name: "kernel algorithm",
  load(_table, map) {
    if (!map) return false;
    count = map.byFirst.length;
    firsts = Uint32Array.from(map.byFirst, (extent) => extent.first);
    counts = Uint32Array.from(map.byFirst, (extent) => extent.count);
    deltas = Int32Array.from(map.byFirst, (extent) => (extent.lowerFirst - extent.first) | 0);
    return true;
  },
  run(from, to) {
    if (count <= 5) linear(from, signed(to));
    else binary(from, signed(to));
  },
};
