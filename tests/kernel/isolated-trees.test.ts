/** The model's functions over ids and the formulas of isolated namespaces agree, on random trees and every switch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  childUserNamespace,
  createWorld,
  creatorHasPlace,
  freeWorld,
  hasMapping,
  type IdFunction,
  Inode,
  ISOLATION_SWITCHES,
  idFunction,
  idmapOf,
  idSlot,
  installMap,
  isIsolationSwitch,
  isolatedProfile,
  isRuledFrom,
  type Mount,
  makeKid,
  NO_FLAGS,
  type OwnerKind,
  type Superblock,
  sameIds,
  spawn,
  type UserNamespace,
  type World,
} from "../../src/kernel/index.ts";
import {
  edgesOf,
  type Kid,
  NOBODYS,
  TreeFormulas,
  type TreeMount,
  type TreeNode,
  trees,
} from "../suites/isolated-trees.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** The tree in a world; every creator's ids are read as the maps of its parent then stand. */
function build(world: World, tree: readonly TreeNode[]): readonly UserNamespace[] {
  const made: UserNamespace[] = [world.initUserNs];
  for (const [index, { parent, creator, lines, isIsolated, number }] of tree.entries()) {
    const above = made[parent];
    if (index === 0 || !above) continue;
    const owner = { uid: makeKid(world, above, "uid", creator.uid), gid: makeKid(world, above, "gid", creator.gid) };
    const ns = childUserNamespace(world, above, `n${index}`, owner, true, number);
    for (const kind of ["uid", "gid"] as const)
      if (lines[kind].length > 0) assert.ok(installMap(world, ns, idSlot(kind), lines[kind]).ok);
    ns.isIsolated = isIsolated;
    made.push(ns);
  }
  return made;
}

function mountOf(world: World, namespaces: readonly UserNamespace[], { idmap, filesystem }: TreeMount): Mount {
  const userNs = namespaces[filesystem];
  const idmapped = idmap === null ? null : namespaces[idmap];
  assert.ok(userNs && idmapped !== undefined);
  const superblock: Superblock = { name: "f", type: "tmpfs", userNs, isReadOnly: false };
  const owner = { id: 0, number: 0 };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, uid: owner, gid: owner });
  return { ...NO_FLAGS, name: "m", superblock, root, idmap: idmapped && idmapOf(idmapped) };
}

/** What a function of the kernel gives, as the formulas write it. */
function call(world: World, name: string, kind: OwnerKind, place: UserNamespace | Mount, [id, number]: Kid) {
  const { of } = idFunction(name.replaceAll("_id", kind)) ?? {};
  assert.ok(of);
  const result = ask(world, of, kind, place, { id, number });
  return typeof result === "object" ? [result.id, result.number] : result;
}

function ask(
  world: World,
  of: IdFunction,
  kind: OwnerKind,
  place: UserNamespace | Mount,
  kid: { id: number; number: number },
) {
  if ("superblock" in place) {
    assert.equal(of.place, "mount");
    return of.place === "mount" ? of.run(world, place, kind, kid) : 0;
  }
  return of.place === "namespace" ? of.run(world, place, kind, kid) : 0;
}

/** May a task of these ids, as user and as group, create something on the mount? */
function mayCreate(world: World, mount: Mount, [id, number]: Kid): boolean {
  const none = { effective: 0n, permitted: 0n, bounding: 0n, inheritable: 0n, ambient: 0n, securebits: 0 };
  const ids = { uid: sameIds<"uid">({ id, number }), gid: sameIds<"gid">({ id, number }) };
  const { cred } = spawn(world, { name: "t", cred: { ...none, ...ids, groups: [], userNs: world.initUserNs } });
  return creatorHasPlace(world, cred, mount).ok;
}

function otherKind(kind: OwnerKind): OwnerKind {
  return kind === "uid" ? "gid" : "uid";
}

const switches = fc.subarray(Object.keys(ISOLATION_SWITCHES).filter(isIsolationSwitch));

for (const engine of ENGINES)
  test(`every function over an id gives what the formulas say, in any tree and with any switches, on ${engine.name}`, () =>
    fc.assert(
      fc.property(trees, switches, fc.constantFrom("uid", "gid"), fc.nat(), (tree, on, kind, salt) => {
        const world = createWorld(engine, undefined, isolatedProfile(on));
        try {
          const namespaces = build(world, tree);
          const formulas = new TreeFormulas(tree, kind, on);
          const numbers = [0, NOBODYS, ...tree.map(({ number }) => number)];
          const ids = edgesOf(tree, kind);
          const kids = ids.map((id, index): Kid => [id, numbers[(index * 7 + salt) % numbers.length] ?? 0]);
          for (const [at, ns] of namespaces.entries()) {
            for (const kid of kids) {
              const what = `${kind} ${kid.join("@")} in ${at}`;
              const asked = (name: string) => call(world, name, kind, ns, kid);
              assert.deepEqual(asked("make_k_id"), formulas.makeKid(at, kid[0]), `make ${what}`);
              assert.equal(asked("from_k_id"), formulas.fromKid(at, kid), `from ${what}`);
              assert.equal(asked("from_k_id_munged"), formulas.fromKidMunged(at, kid), `munged ${what}`);
              assert.equal(asked("from_k_id_isolated"), formulas.fromKidIsolated(at, kid), `isolated ${what}`);
              const [id, number] = kid;
              const isRuled = hasMapping(world, ns, kind, { id, number }) || isRuledFrom(world, ns, { id, number });
              assert.equal(isRuled, formulas.isRuled(at, kid), `ruled ${what}`);
            }
          }
          const last = namespaces.length;
          const mount = {
            idmap: salt % (last + 1) === last ? null : salt % (last + 1),
            filesystem: salt % 3 === 0 ? 0 : salt % last,
          };
          const seen = mountOf(world, namespaces, mount);
          const others = new TreeFormulas(tree, otherKind(kind), on);
          for (const kid of kids) {
            const creates = mayCreate(world, seen, kid);
            const hasPlace = formulas.hasPlace(mount, kid) && others.hasPlace(mount, kid);
            assert.equal(creates, hasPlace, `${kid.join("@")} on ${JSON.stringify(mount)} has a place`);
            const what = `${kind} ${kid.join("@")} on ${JSON.stringify(mount)}`;
            assert.deepEqual(
              call(world, "make_vfs_id", kind, seen, kid),
              formulas.makeVfsid(mount, kid),
              `make ${what}`,
            );
            assert.deepEqual(
              call(world, "from_vfs_id", kind, seen, kid),
              formulas.fromVfsid(mount, kid),
              `from ${what}`,
            );
          }
        } finally {
          freeWorld(world);
        }
      }),
      { numRuns: 120 },
    ));
