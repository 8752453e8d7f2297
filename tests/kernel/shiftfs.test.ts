/**
 * shiftfs by formula (semantics C.1): owners are shifted by number, whoever asks needs the permission on what is shown, and
 * the marker on what is below; what is made lands on the disk by the number inside.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, type Line, linesIn, up } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

interface Who {
  readonly uid: number;
  readonly gid: number;
}

interface Asked {
  /** The maps of the namespace that mounts the mark, users' and groups' alike. */
  readonly lines: readonly Line[];
  readonly marker: Who;
  /** As the disk has it. */
  readonly owner: Who;
  /** Whoever looks, as the namespace counts. */
  readonly inside: Who;
  readonly fileMode: number;
  readonly directoryMode: number;
  readonly acc: keyof typeof ACCESS;
}

const ACCESS = { r: 4, w: 2, rw: 6 } as const;
const ROOT: Who = { uid: 0, gid: 0 };
const REFUSED = { errno: "EACCES" };

const onDisk = fc.integer({ min: 0, max: 9 });
const who = fc.record({ uid: onDisk, gid: onDisk });

/** Somebody whom the namespace has a number for. */
const whoIn = (lines: readonly Line[]) => {
  const held = fc.constantFrom(
    ...lines.flatMap(([first, , count]) => Array.from({ length: count }, (_, at) => first + at)),
  );
  return fc.record({ uid: held, gid: held });
};

const asked: fc.Arbitrary<Asked> = linesIn(100).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    marker: who,
    owner: who,
    inside: whoIn(lines),
    fileMode: fc.constantFrom(0o600, 0o640, 0o604, 0o644, 0o660, 0o606, 0o666, 0o060, 0o006, 0),
    directoryMode: fc.constantFrom(0o777, 0o755, 0o775, 0o757, 0o733),
    acc: fc.constantFrom("r", "w", "rw"),
  }),
);

/** May somebody without capabilities do this to what has these owners and this mode? */
function mayDo(who: Who, owner: Who, mode: number, bits: number): boolean {
  const shift = who.uid === owner.uid ? 6 : who.gid === owner.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

const isMapped = ({ uid, gid }: Who) => uid !== NO_ID && gid !== NO_ID;
const octal = (mode: number) => `0${mode.toString(8).padStart(3, "0")}`;

/** What stat, open and the making of a file answer, and what the disk then has. */
function formula({ lines, marker, owner, inside, fileMode, directoryMode, acc }: Asked): readonly unknown[] {
  const kernel = ({ uid, gid }: Who): Who => ({ uid: down(lines, uid), gid: down(lines, gid) });
  const shown = (id: number) => (id === NO_ID ? 65534 : id);
  const [caller, file, top] = [inside, owner, ROOT].map(kernel);
  assert.ok(caller && file && top);
  const bits = ACCESS[acc];
  const maySearch = mayDo(caller, top, directoryMode, 1) && mayDo(marker, ROOT, directoryMode, 1);
  // What has no owner here is written by nobody.
  const mayOpen =
    (isMapped(file) || (bits & 2) === 0) && mayDo(caller, file, fileMode, bits) && mayDo(marker, owner, fileMode, bits);
  // Below, the marker creates with the filesystem ids of whoever creates.
  const mayMake =
    isMapped(top) &&
    mayDo(caller, top, directoryMode, 3) &&
    mayDo(marker, ROOT, directoryMode, 3) &&
    mayDo(inside, ROOT, directoryMode, 3);
  const owners = { uid: shown(up(lines, file.uid)), gid: shown(up(lines, file.gid)) };
  return [
    maySearch ? { ok: true, ...owners, mode: octal(fileMode), type: "file" } : REFUSED,
    maySearch && mayOpen ? { ok: true } : REFUSED,
    maySearch && mayMake ? { ok: true } : REFUSED,
    maySearch && mayMake ? { ok: true, ...inside, mode: "0644", type: "file" } : { errno: "ENOENT" },
  ];
}

function scenarioOf({ lines, marker, owner, inside, fileMode, directoryMode, acc }: Asked) {
  const caller = { uid: down(lines, inside.uid), gid: down(lines, inside.gid) };
  return loadScenario({
    version: 1,
    profile: "linux-6.18+shiftfs",
    setup: {
      namespaces: [{ name: "N", parent: "init", owner: [0, 0], uid_map: lines, gid_map: lines }],
      filesystems: [{ name: "disk", type: "ext4" }],
      files: [
        { fs: "disk", path: "top", type: "dir", ...ROOT, mode: octal(directoryMode) },
        { fs: "disk", path: "top/file", ...owner, mode: octal(fileMode) },
      ],
      tasks: [
        { name: "marker", ...marker, caps: ["sys_admin"] },
        { name: "caller", ns: "N", ...caller, caps: ["sys_admin"] },
      ],
    },
    steps: [
      { task: "marker", call: "mount_shiftfs", path: "disk:top", mark: true, attach: "mark" },
      { task: "caller", call: "unshare", flags: ["mnt"] },
      { task: "caller", call: "mount_shiftfs", path: "mark:", attach: "view" },
      { task: "caller", call: "capset", eff: [], perm: [] },
      { task: "caller", call: "stat", path: "view:file" },
      { task: "caller", call: "open", path: "view:file", acc },
      { task: "caller", call: "open", path: "view:made", acc: "w", flags: ["creat", "excl"], mode: "0644" },
      { task: "@root", call: "stat", path: "disk:top/made" },
    ],
  });
}

for (const engine of ENGINES)
  test(`what is shifted is asked of whoever looks and of the marker, as the formulas say, on ${engine.name}`, () => {
    fc.assert(
      fc.property(asked, (about) => {
        const told = replay(scenarioOf(about), engine).map(({ result }) => result);
        const mounted = Array.from({ length: 4 }, () => ({ ok: true }));
        assert.deepEqual(told, [...mounted, ...formula(about)]);
      }),
      { numRuns: 120 },
    );
  });

interface CapabilityAsked {
  readonly lines: readonly Line[];
  /** Of a program's capabilities on the disk: null for version 2. */
  readonly held: number | null;
  /** The same as root of the namespace gives them. */
  readonly given: number | null;
}

const capability = (root: number | null) => ({
  eff: true,
  perm: ["kill"],
  inh: "none",
  ...(root === null ? { v: 2 } : { v: 3, rootid: root }),
});

const rootId = fc.option(fc.integer({ min: 0, max: 12 }));
const capabilityAsked: fc.Arbitrary<CapabilityAsked> = fc.record({ lines: linesIn(100), held: rootId, given: rootId });

/** What is read inside, what giving answers, and what the host then reads on the disk. */
function capabilityFormula({ lines, held, given }: CapabilityAsked): readonly unknown[] {
  const isInside = (root: number) => down(lines, root) !== NO_ID;
  const shownTo = (root: number | null) => ({ ok: true, fcap: capability(root === 0 ? null : root) });
  const isTaken = isInside(0) && (given === null || isInside(given));
  return [
    isInside(held ?? 0) ? shownTo(held) : { errno: "EOVERFLOW" },
    // Whoever gives them has the file: it is that namespace's root's.
    isTaken ? { ok: true } : { errno: isInside(0) ? "EINVAL" : "EPERM" },
    shownTo(isTaken ? given : held),
  ];
}

for (const engine of ENGINES)
  test(`the root id of a program's capabilities is shifted by number, as the formulas say, on ${engine.name}`, () => {
    fc.assert(
      fc.property(capabilityAsked, (about) => {
        const { lines, held, given } = about;
        const [[first, lower] = [0, 0]] = lines;
        const scenario = loadScenario({
          version: 1,
          profile: "linux-6.18+shiftfs",
          setup: {
            namespaces: [{ name: "N", parent: "init", owner: [0, 0], uid_map: lines, gid_map: lines }],
            filesystems: [
              { name: "disk", type: "ext4" },
              { name: "mark", type: "shiftfs", lower: "disk" },
            ],
            files: [{ fs: "disk", path: "f", type: "exe", uid: 0, gid: first, mode: "0755", fcap: capability(held) }],
            tasks: [{ name: "t", ns: "N", uid: lower, gid: lower, caps: "all", mntns: "own" }],
          },
          steps: [
            { task: "t", call: "mount_shiftfs", path: "mark:", attach: "s" },
            { task: "t", call: "fcap_get", path: "s:f" },
            { task: "t", call: "fcap_set", path: "s:f", fcap: capability(given) },
            { task: "@root", call: "fcap_get", path: "disk:f" },
          ],
        });
        const [, ...told] = replay(scenario, engine).map(({ result }) => result);
        assert.deepEqual(told, capabilityFormula(about));
      }),
      { numRuns: 120 },
    );
  });
