/**
 * The fsid backend, which no Linux runs: its maps are written in the model, and the image is made there as its root makes
 * it. What the disk then has is judged by the manifest, as `userns verify` judges a tree.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WorldTree } from "../../src/access/world-tree.ts";
import { mapDown, mapUp, NO_ID, type OwnerKind, writtenLine } from "../../src/core/index.ts";
import type { MapPair } from "../../src/formats/index.ts";
import { type InodeType, showMode } from "../../src/kernel/index.ts";
import { BARE_ENTRY, type Manifest, type ManifestEntry, manifestOf } from "../../src/manifest/index.ts";
import { treeFindings } from "../../src/pack/index.ts";
import { place } from "../../src/place/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

function entry(path: string, type: InodeType, mode: number, uid: number, gid: number): ManifestEntry {
  return { ...BARE_ENTRY, path, type, mode, uid, gid, target: type === "symlink" ? "../etc" : null };
}

const IMAGE = manifestOf([
  entry(".", "dir", 0o755, 0, 0),
  entry("etc", "dir", 0o755, 0, 0),
  entry("etc/shadow", "file", 0o640, 0, 42),
  entry("srv", "dir", 0o2775, 0, 33),
  entry("srv/link", "symlink", 0o777, 33, 33),
  entry("srv/pipe", "fifo", 0o600, 1000, 1000),
  entry("su", "file", 0o4755, 0, 0),
]);
const POOL = [{ first: 100_000, count: 65_536 }];

for (const engine of ENGINES)
  test(`place in the model (${engine.name}): fsid, with the foreign range on the disk`, () => {
    const placement = place("fsid", {
      manifest: IMAGE,
      names: { manifest: "image.mtree", files: "rootfs" },
      isRoot: false,
      ranges: { uid: POOL, gid: POOL },
      container: null,
      isTransient: false,
      isSparse: false,
      idmap: { can: "yes" },
      hasFsid: true,
      accounts: [],
      mayReachHost: false,
    });
    assert.ok(placement.ok && placement.disk && placement.run);
    const { disk, run } = placement;
    const root = entry(".", "dir", 0o755, mapDown(disk.uid, 0), mapDown(disk.gid, 0));
    const found = (steps: readonly object[]) => {
      const placed = onDisk(engine, root, [...mapSteps("fs", disk), ...mapSteps("", run), ...unpackSteps(), ...steps]);
      const inImage = (kind: OwnerKind, id: number) => {
        const there: number = mapUp(disk[kind], id);
        return there === NO_ID ? null : there;
      };
      const tree = { entries: placed.entries, owners: { inImage, builder: null } };
      return treeFindings(IMAGE, { ...tree, readsAttribute: null, hasStandIns: false }).map(
        ({ kind, path }) => `${kind} ${path}`,
      );
    };
    const given = (uid: number) => ({ task: "host", call: "chown", path: "disk:srv/pipe", uid, gid: root.gid });
    assert.deepEqual(found([]), []);
    assert.deepEqual(found([given(root.uid)]), ["owner srv/pipe", "owner srv/pipe"]);
    assert.deepEqual(found([given(mapDown(run.uid, 0))]), ["unmapped srv/pipe", "owner srv/pipe"]);
  });

/** The maps of the namespace, as the actions write them: one file of each kind. */
function mapSteps(prefix: "fs" | "", maps: MapPair): object[] {
  return (["uid", "gid"] as const).map((kind) => ({
    task: "host",
    call: "map_write",
    ns: "container",
    file: `${prefix}${kind}_map`,
    text: maps[kind].extents.map((extent) => `${writtenLine(extent)}\n`).join(""),
  }));
}

/** What tar does as the root of the namespace. */
function unpackSteps(): object[] {
  const calls = IMAGE.entries.slice(1).flatMap(({ path, type, mode, uid, gid, target }): object[] => {
    const at = { path: `disk:${path}` };
    const made = type === "dir" ? { call: "mkdir" } : { call: "mknod", type };
    const owned = { call: "chown", ...at, uid, gid };
    if (type === "symlink") return [{ call: "symlink", ...at, target }, owned];
    return [{ ...made, ...at }, owned, { call: "chmod", ...at, mode: showMode(mode) }];
  });
  const becomeRoot = [
    { call: "setgid", gid: 0 },
    { call: "setuid", uid: 0 },
  ];
  return [...becomeRoot, ...calls].map((call) => ({ task: "unpacker", ...call }));
}

/** A disk with one folder, and what calls leave on it, in ids of the disk. */
function onDisk(engine: (typeof ENGINES)[number], root: ManifestEntry, steps: readonly object[]): Manifest {
  const { uid, gid, mode } = root;
  const scenario = loadScenario({
    version: 1,
    profile: "linux-6.18+fsid=fixed",
    setup: {
      namespaces: [{ name: "container", parent: "init", owner: [0, 0] }],
      filesystems: [{ name: "disk", type: "ext4", root: { uid, gid, mode: showMode(mode) } }],
      tasks: [
        { name: "host", caps: "all" },
        { name: "unpacker", ns: "container", caps: "all" },
      ],
    },
    steps,
  });
  let tree: WorldTree | null = null;
  let after = manifestOf([root]);
  const answers = replay(scenario, engine, null, "answers", (world) => {
    const mount = world.mounts.get("disk");
    assert.ok(mount);
    tree ??= new WorldTree(world, mount, after.entries);
    after = tree.manifest();
  });
  for (const { verdict, step } of answers) assert.ok(verdict.ok, JSON.stringify(step));
  return after;
}
