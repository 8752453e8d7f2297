/** Questions about a file: one to change, and any. */
import fc from "fast-check";
import { type IdMap, mapDown, NO_ID } from "../../src/core/index.ts";
import { FILE_ASKS, type FileQuestion, type OwnerMaps } from "../../src/explain/index.ts";
import { parseMap } from "../../src/formats/index.ts";

export const maps = (uid: string, gid = uid): OwnerMaps => ({ uid: parseMap(uid), gid: parseMap(gid) });

/** A rootless container's user, and a file that its mount shows as its own. */
export const QUESTION: FileQuestion = {
  ask: "stat",
  namespaces: [maps("0:100000:65536")],
  fsMaps: null,
  mount: maps("0:100000:65536"),
  filesystem: null,
  isNosuid: false,
  task: { uid: 1000, gid: 1000, groups: [], caps: [], noNewPrivs: false },
  directory: { uid: 0, gid: 0, mode: 0o777 },
  file: { uid: 1000, gid: 1000, mode: 0o640, type: "file", caps: null },
  to: { uid: null, gid: null },
  toMode: 0o600,
};

const anyId = fc.constantFrom(0, 1, 5, 9, 10, 1000, 100000, 100005, 4294967294);
const anyOneMap = fc.constantFrom(
  "0:100000:10",
  "0:1000:1,1:100000:9",
  "0:0:4294967295",
  "5:5:1,1000:9:1",
  "0:1:65536",
);
const anyMaps = fc.tuple(anyOneMap, anyOneMap).map(([uid, gid]) => maps(uid, gid));
const anyMode = fc.constantFrom(0, 0o640, 0o644, 0o755, 0o777, 0o1777, 0o4755, 0o2755, 0o6711, 0o2070);
const owned = { uid: anyId, gid: anyId, mode: anyMode };
const anyCaps = fc.constantFrom("none", "chown", "fowner", "dac_override");

/** Questions whose task is mapped. */
export const anyQuestion: fc.Arbitrary<FileQuestion> = fc
  .record({
    ask: fc.constantFrom(...FILE_ASKS),
    namespaces: fc.oneof(
      fc.constant([]),
      anyMaps.map((map) => [map]),
    ),
    mount: fc.oneof(fc.constant(null), anyMaps),
    filesystem: fc.oneof(fc.constant(null), anyMaps),
    isNosuid: fc.boolean(),
    directory: fc.record(owned),
    file: fc.record({ ...owned, type: fc.constantFrom("file" as const, "dir" as const), caps: fc.constant(null) }),
    to: fc.record({ uid: fc.oneof(fc.constant(null), anyId), gid: fc.oneof(fc.constant(null), anyId) }),
    toMode: anyMode,
    hasFsMaps: fc.integer({ min: 0, max: 2 }).map((one) => one > 0),
    fsMaps: anyMaps,
    cap: anyCaps,
    noNewPrivs: fc.boolean(),
    last: fc.boolean(),
  })
  .map(({ cap, noNewPrivs, last, hasFsMaps, fsMaps, ...rest }) => {
    const idIn = (map: IdMap | undefined): number => (last ? map?.extents.at(-1) : map?.extents[0])?.first ?? 1000;
    const [caller] = rest.namespaces;
    const caps = cap === "none" ? [] : [cap];
    const [uid, gid] = [idIn(caller?.uid), idIn(caller?.gid)];
    const areHeld = mapDown(fsMaps.uid, uid) !== NO_ID && mapDown(fsMaps.gid, gid) !== NO_ID;
    const task = { uid, gid, groups: [], caps, noNewPrivs };
    return { ...rest, fsMaps: caller && hasFsMaps && areHeld ? fsMaps : null, task };
  });
