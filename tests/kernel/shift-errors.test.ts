/**
 * A tree that rests at a static shift, mounted so that a container has its ids: who is shown what, who makes and changes what,
 * and with which error it is refused, by formula (semantics C.2: the pipeline, and the failure codes).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { STATIC_SHIFT } from "../../src/policy/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, type Line, linesIn, through, up } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** Where the range of the day begins. */
const TRANSIENT = 524288;
/** A map that holds every id. */
const HOST: readonly Line[] = [[0, 0, NO_ID]];

interface Asked {
  /** From the disk to the range of the day. */
  readonly mount: readonly Line[];
  /** The map of the namespace that asks, down to kernel ids; of the host, everything. */
  readonly asker: readonly Line[];
  /** The map of the namespace between, where the asker's is nested. */
  readonly outer: readonly Line[] | null;
  /** Who asks, as a kernel id, and whether with all capabilities in its namespace. */
  readonly kid: number;
  readonly isCapable: boolean;
  /** On the disk: of a file, and of the directory around it. */
  readonly owner: number;
  readonly group: number;
  readonly directory: number;
  readonly mode: number;
  /** As the asker counts. */
  readonly to: number;
}

const offset = fc.integer({ min: 0, max: 14 });
const onDisk = offset.map((id) => STATIC_SHIFT.base + id);
const atRest = linesIn(TRANSIENT).map((lines) =>
  lines.map(([first, lower, count]): Line => [STATIC_SHIFT.base + first, lower, count]),
);

/** The host, a container with the range of the day, or one inside that. */
const place: fc.Arbitrary<Pick<Asked, "asker" | "outer">> = fc.oneof(
  fc.constant({ asker: HOST, outer: null }),
  linesIn(TRANSIENT).map((asker) => ({ asker, outer: null })),
  fc.tuple(linesIn(TRANSIENT), linesIn(0)).map(([outer, inner]) => {
    const nested = through(inner, outer);
    return nested ? { asker: nested, outer } : { asker: outer, outer: null };
  }),
);

const asked: fc.Arbitrary<Asked> = fc
  .record({
    mount: atRest,
    place,
    at: offset,
    isCapable: fc.boolean(),
    owner: onDisk,
    group: onDisk,
    directory: onDisk,
    mode: fc.constantFrom(0o600, 0o644, 0o666, 0o060, 0o006),
    to: offset,
  })
  .map(({ place: { asker, outer }, at, ...rest }) => {
    const kids =
      asker === HOST ? [0, TRANSIENT + at] : asker.flatMap(([, lower, count]) => [lower, lower + (at % count)]);
    return { ...rest, asker, outer, kid: kids[at % kids.length] ?? 0 };
  });

/** What each call answers, and who then owns on the disk what was made. */
function formula({ mount, asker, kid, isCapable, owner, group, directory, mode, to }: Asked): readonly unknown[] {
  const seen = (disk: number) => down(mount, disk);
  const [uid, gid, top] = [seen(owner), seen(group), seen(directory)];
  const isLost = uid === NO_ID || gid === NO_ID;
  const reaches = (...ids: readonly number[]) =>
    isCapable && ids.every((id) => id !== NO_ID && up(asker, id) !== NO_ID);
  const may = (bits: number) => {
    const shift = kid === uid ? 6 : kid === gid ? 3 : 0;
    return ((mode >> shift) & bits) === bits || reaches(uid, gid);
  };
  const shown = (id: number) => {
    const inside = id === NO_ID ? NO_ID : up(asker, id);
    return inside === NO_ID ? 65534 : inside;
  };
  const isTopLost = top === NO_ID;
  const place = up(mount, kid);
  const target = down(asker, to);
  const owns = kid === uid || reaches(uid);
  const octal = `0${mode.toString(8).padStart(3, "0")}`;
  // The host's root gives to what has no owner through the mount one that it has.
  const isHostRoot = isCapable && asker === HOST;
  const chown =
    target === NO_ID
      ? "EINVAL"
      : up(mount, target) === NO_ID || gid === NO_ID
        ? "EOVERFLOW"
        : (kid === uid && target === uid) || reaches(uid, gid) || (uid === NO_ID && isHostRoot)
          ? "ok"
          : "EPERM";
  const move = isLost ? "EOVERFLOW" : isTopLost ? "EACCES" : place === NO_ID ? "EOVERFLOW" : "ok";
  const create = place === NO_ID ? "EOVERFLOW" : isTopLost ? "EACCES" : "ok";
  const answer = (errno: string) => (errno === "ok" ? { ok: true } : { errno });
  return [
    { ok: true, uid: shown(uid), gid: shown(gid), mode: octal, type: "file" },
    answer(may(4) ? "ok" : "EACCES"),
    answer(!isLost && may(2) ? "ok" : "EACCES"),
    answer(isLost ? "EOVERFLOW" : owns ? "ok" : "EPERM"),
    answer(create),
    create === "ok" ? { ok: true, uid: place, gid: place } : { errno: "ENOENT" },
    answer(move),
    answer(chown),
    answer(isLost ? "EOVERFLOW" : isTopLost ? "EACCES" : "ok"),
  ];
}

function scenarioOf({ mount, asker, outer, kid, isCapable, owner, group, directory, mode, to }: Asked) {
  const maps = (lines: readonly Line[]) => ({ uid_map: lines, gid_map: lines });
  const between = outer ?? HOST;
  const inner = asker.map(([first, lower, count]): Line => [first, up(between, lower), count]);
  const outerNamespace = outer ? [{ name: "outer", parent: "init", owner: [0, 0], ...maps(outer) }] : [];
  const file = { fs: "disk", uid: owner, gid: group, mode: `0${mode.toString(8).padStart(3, "0")}` };
  const names = ["file", "worn", "given", "moved", "gone"];
  const task = "t";
  return loadScenario({
    version: 1,
    profile: "linux-6.18",
    setup: {
      namespaces: [
        { name: "map", parent: "init", owner: [0, 0], ...maps(mount) },
        ...outerNamespace,
        ...(asker === HOST ? [] : [{ name: "N", parent: outer ? "outer" : "init", owner: [kid, kid], ...maps(inner) }]),
      ],
      filesystems: [{ name: "disk", type: "ext4" }],
      files: [
        { fs: "disk", path: "top", type: "dir", uid: directory, gid: directory, mode: "0777" },
        ...names.map((name) => ({ ...file, path: `top/${name}` })),
      ],
      mounts: [{ name: "m", fs: "disk", idmap: "map" }],
      tasks: [{ name: task, ns: asker === HOST ? "init" : "N", uid: kid, gid: kid, caps: isCapable ? "all" : "none" }],
    },
    steps: [
      { task, call: "stat", path: "m:top/file" },
      { task, call: "open", path: "m:top/file", acc: "r" },
      { task, call: "open", path: "m:top/file", acc: "w" },
      { task, call: "chmod", path: "m:top/worn", mode: "0600" },
      { task, call: "open", path: "m:top/made", acc: "w", flags: ["creat"], mode: "0600" },
      { task: "@root", call: "disk_ids", path: "disk:top/made" },
      { task, call: "rename", path: "m:top/moved", to: "m:top/there" },
      { task, call: "chown", path: "m:top/given", uid: to, gid: null },
      { task, call: "unlink", path: "m:top/gone" },
    ],
  });
}

/** Each of these is met: a call that could never be refused would prove nothing. */
const MET = [
  ...["stat ok", "open ok", "open EACCES", "open EOVERFLOW", "chmod ok", "chmod EPERM", "chmod EOVERFLOW"],
  ...["disk_ids ok", "disk_ids ENOENT", "rename ok", "rename EACCES", "rename EOVERFLOW", "unlink ok", "unlink EACCES"],
  ...["unlink EOVERFLOW", "chown ok", "chown EINVAL", "chown EOVERFLOW", "chown EPERM"],
];

for (const engine of ENGINES)
  test(`what is at a static shift is shown, made, changed and refused as the formulas say, on ${engine.name}`, () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(asked, (about) => {
        const told = replay(scenarioOf(about), engine).map(({ step, verdict, result }) => {
          met.add(`${step.call} ${verdict.ok ? "ok" : verdict.errno}`);
          return result;
        });
        assert.deepEqual(told, formula(about));
      }),
      { numRuns: 1000 },
    );
    for (const outcome of MET) assert.ok(met.has(outcome), `${outcome}: ${[...met]}`);
  });

/** Of a namespace in a namespace: what each maps, and what is on the disk. */
const nest = fc.record({ outer: linesIn(TRANSIENT), inner: linesIn(0), disk: offset, made: offset });

for (const engine of ENGINES)
  test(`a shift of what is shifted leads to the disk by the number inside the innermost, on ${engine.name}`, () => {
    fc.assert(
      fc.property(nest, ({ outer, inner, disk, made }) => {
        const nested = through(inner, outer);
        const [root, fromBelow] = [down(outer, 0), down(nested ?? [], 0)];
        fc.pre(nested !== null && root !== NO_ID && fromBelow !== NO_ID);
        const maps = (lines: readonly Line[]) => ({ uid_map: lines, gid_map: lines });
        const shown = down(nested ?? [], disk) === NO_ID ? 65534 : disk;
        const gives = down(nested ?? [], made) === NO_ID ? null : made;
        const told = replay(
          loadScenario({
            version: 1,
            profile: "linux-6.18+shiftfs",
            setup: {
              namespaces: [
                { name: "outer", parent: "init", owner: [0, 0], ...maps(outer) },
                { name: "inner", parent: "outer", owner: [root, root], ...maps(inner) },
              ],
              filesystems: [
                { name: "disk", type: "ext4", root: { uid: 0, gid: 0, mode: "0777" } },
                { name: "mark", type: "shiftfs", lower: "disk" },
              ],
              files: [{ fs: "disk", path: "file", uid: disk, gid: disk }],
              tasks: [{ name: "t", ns: "outer", uid: root, gid: root, caps: "all", mntns: "own" }],
            },
            steps: [
              { task: "t", call: "mount_shiftfs", path: "mark:", attach: "once" },
              { task: "t", call: "mount_shiftfs", path: "once:", mark: true, attach: "again" },
              { task: "t", call: "setns", ns: "inner" },
              { task: "t", call: "setresgid", r: 0, e: 0, s: 0 },
              { task: "t", call: "setresuid", r: 0, e: 0, s: 0 },
              { task: "t", call: "unshare", flags: ["mnt"] },
              { task: "t", call: "mount_shiftfs", path: "again:", attach: "twice" },
              { task: "t", call: "stat", path: "twice:file" },
              { task: "t", call: "mkdir", path: "twice:made", mode: "0755" },
              { task: "t", call: "chown", path: "twice:made", uid: made, gid: made },
              { task: "@root", call: "disk_ids", path: "disk:made" },
            ],
          }),
          engine,
        ).map(({ result }) => result);
        const ok = { ok: true };
        const rest = [
          { ok: true, uid: shown, gid: shown, mode: "0644", type: "file" },
          ok,
          gives === null ? { errno: "EINVAL" } : ok,
          { ok: true, uid: gives ?? 0, gid: gives ?? 0 },
        ];
        assert.deepEqual(told, [...Array.from({ length: 7 }, () => ok), ...rest]);
      }),
      { numRuns: 60 },
    );
  });
