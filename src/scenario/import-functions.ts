import type { Engine } from "../core/engine.ts";
import { UsernsError } from "../core/errors.ts";
import type { Extent } from "../core/extent.ts";
import { isId } from "../core/id.ts";
import { CLASSICAL, type Kuid64 } from "../core/kuid64.ts";
import { childUserNamespace } from "../kernel/create-user-namespace.ts";
import { idmapOf } from "../kernel/idmapped-mount.ts";
import { Inode } from "../kernel/inode.ts";
import { installMap } from "../kernel/map-write.ts";
import { fromVfsid, makeVfsid } from "../kernel/mnt-idmapping.ts";
import { type Mount, NO_FLAGS } from "../kernel/mount.ts";
import { ISOLATED } from "../kernel/profile.ts";
import { scenarioError } from "../kernel/syscall/argument.ts";
import { fromKid, fromKidIsolated, fromKidMunged, makeKid } from "../kernel/uidgid.ts";
import type { OwnerKind, UserNamespace } from "../kernel/user-namespace.ts";
import { createWorld, freeWorld, type World } from "../kernel/world.ts";
import { listAt, objectAt, textAt } from "./load.ts";
import type { Outcome, Recorded } from "./run-vector.ts";

/*
 * Recorded calls of the kernel's id functions, by trees of namespaces: `{scenarios: {NAME: tree}, calls: {NAME:
 * {function: [[where, id, number, result], …]}}}`. Letters name the namespaces of a tree; `h` is the initial one.
 */

/** A namespace, or an idmapped mount, in which a function is called. */
type Place = { readonly ns: UserNamespace } | { readonly mount: Mount };

/** What a function gives: a kernel id or a number. */
type Run = (world: World, place: Place, kind: OwnerKind, kid: Kuid64<OwnerKind>) => Kuid64 | number;

const INITIAL = "h";

const inNamespace =
  (run: (world: World, ns: UserNamespace, kind: OwnerKind, kid: Kuid64<OwnerKind>) => Kuid64 | number): Run =>
  (world, place, kind, kid) => {
    if (!("ns" in place)) throw scenarioError("where", "a namespace", "a mount");
    return run(world, place.ns, kind, kid);
  };

const onMount =
  (run: (world: World, mount: Mount, kind: OwnerKind, kid: Kuid64<OwnerKind>) => Kuid64): Run =>
  (world, place, kind, kid) => {
    if (!("mount" in place)) throw scenarioError("where", "a mount", "a namespace");
    return run(world, place.mount, kind, kid);
  };

/** By name, with the kind's letter as `_`. */
const FUNCTIONS: { readonly [name: string]: Run } = {
  make_k_id: inNamespace((world, ns, kind, { id }) => makeKid(world, ns, kind, plain(id))),
  from_k_id: inNamespace(fromKid),
  from_k_id_munged: inNamespace(fromKidMunged),
  from_k_id_isolated: inNamespace(fromKidIsolated),
  make_vfs_id: onMount(makeVfsid),
  from_vfs_id: onMount(fromVfsid),
};

function plain(id: number): number {
  return id;
}

/** Is this a file of recorded function calls? */
export function isFunctionsFile(json: unknown): boolean {
  return typeof json === "object" && json !== null && "calls" in json && "scenarios" in json;
}

/**
 * Read a file of recorded function calls: one vector a call.
 *
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function importFunctions(json: unknown, where: string): readonly Recorded[] {
  const file = objectAt(json, where, ["meta", "scenarios", "calls"]);
  const trees = objectAt(file.scenarios, `${where}.scenarios`);
  const calls = objectAt(file.calls, `${where}.calls`);
  return Object.keys(calls).map((name) => ({
    id: name,
    tag: "functions",
    run: (engine) => runTree(engine, name, trees[name], calls[name], where),
  }));
}

function runTree(engine: Engine, name: string, tree: unknown, calls: unknown, where: string): readonly Outcome[] {
  const world = createWorld(engine, undefined, ISOLATED);
  try {
    const namespaces = setUpTree(world, tree, `${where}.scenarios.${name}`);
    const at = `${where}.calls.${name}`;
    return Object.entries(objectAt(calls, at)).flatMap(([called, rows]) =>
      listAt(rows, `${at}.${called}`).map((row, index): Outcome => {
        const vector = { id: `${name} ${called}[${index}]`, tag: called };
        const lines = differs(world, namespaces, called, row, `${at}.${called}[${index}]`);
        return lines.length === 0 ? { vector, kind: "passed" } : { vector, kind: "failed", lines };
      }),
    );
  } finally {
    freeWorld(world);
  }
}

type Namespaces = ReadonlyMap<string, UserNamespace>;

/** The namespaces of a tree, all maps and flags in place. A child's owner is read as its parent then maps it. */
function setUpTree(world: World, json: unknown, where: string): Namespaces {
  const namespaces = new Map([[INITIAL, world.initUserNs]]);
  const keys = ["parent", "owner", "created_by_uid", "created_by_gid", "uid_map", "gid_map", "isolated"];
  for (const [name, item] of Object.entries(objectAt(json, where))) {
    const at = `${where}.${name}`;
    const given = objectAt(item, at, keys);
    const parent = namespaces.get(textAt(given.parent, `${at}.parent`));
    if (!parent) throw scenarioError(`${at}.parent`, `one of ${[...namespaces.keys()].join(", ")}`, given.parent);
    const ownerUid = makeKid(world, parent, "uid", idAt(given.owner ?? given.created_by_uid, `${at}.owner`));
    const ownerGid = makeKid(world, parent, "gid", idAt(given.owner ?? given.created_by_gid, `${at}.owner`));
    const ns = childUserNamespace(world, parent, name, { uid: ownerUid, gid: ownerGid }, true);
    for (const kind of ["uid", "gid"] as const) {
      const extents = listAt(given[`${kind}_map`], `${at}.${kind}_map`).map((line, index) =>
        extentAt(line, `${at}.${kind}_map[${index}]`),
      );
      const installed = extents.length > 0 ? installMap(ns, kind, extents) : null;
      if (installed?.ok === false)
        throw scenarioError(`${at}.${kind}_map`, "a map that Linux takes", installed.because);
    }
    ns.isIsolated = given.isolated === true;
    namespaces.set(name, ns);
  }
  return namespaces;
}

function differs(world: World, namespaces: Namespaces, called: string, row: unknown, where: string): string[] {
  const [place, id, number, expected] = listAt(row, where);
  const kind = called.includes("gid") ? "gid" : "uid";
  const run = FUNCTIONS[called.replace(/[ug]id/, "_id")];
  if (!run) throw scenarioError(where, `a function that is modelled: ${Object.keys(FUNCTIONS).join(", ")}`, called);
  const kid = { id: idAt(id, `${where}[1]`), number: numberOf(namespaces, number, `${where}[2]`) };
  const got = run(world, placeAt(world, namespaces, textAt(place, `${where}[0]`), where), kind, kid);
  const shown = typeof got === "number" ? got : [got.id, letterOf(namespaces, got.number)];
  const [want, came] = [JSON.stringify(expected), JSON.stringify(shown)];
  return want === came ? [] : [`${where}: ${called} in ${place} of ${id}@${number}: expected ${want}, got ${came}`];
}

function placeAt(world: World, namespaces: Namespaces, text: string, where: string): Place {
  const [, idmap] = /^idmap:(.+)$/.exec(text) ?? [];
  const ns = namespaces.get(idmap ?? text);
  if (idmap === undefined && ns) return { ns };
  if (idmap === undefined || (idmap !== "none" && !ns))
    throw scenarioError(`${where}[0]`, "a namespace, or idmap: and a namespace or none", text);
  const superblock = { name: "tmpfs", type: "tmpfs", userNs: world.initUserNs, isReadOnly: false };
  const owner = { id: 0, number: CLASSICAL };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, uid: owner, gid: owner });
  return { mount: { ...NO_FLAGS, name: text, superblock, root, idmap: ns ? idmapOf(ns) : null } };
}

function numberOf(namespaces: Namespaces, given: unknown, where: string): number {
  if (given === 0 || given === null) return CLASSICAL;
  const ns = typeof given === "string" ? namespaces.get(given) : undefined;
  if (!ns) throw scenarioError(where, `0, or one of ${[...namespaces.keys()].join(", ")}`, given);
  return ns.id;
}

function letterOf(namespaces: Namespaces, number: number): string | 0 {
  if (number === CLASSICAL) return 0;
  const found = [...namespaces].find(([, ns]) => ns.id === number);
  if (!found) throw new UsernsError("ERR_SCENARIO", { where: "result", expected: "a namespace", got: String(number) });
  return found[0];
}

function idAt(given: unknown, where: string): number {
  if (typeof given !== "number" || !isId(given)) throw scenarioError(where, "an id, 0 … 4294967295", given);
  return given;
}

function extentAt(json: unknown, where: string): Extent {
  const [first, lowerFirst, count] = listAt(json, where).map((value) => idAt(value, where));
  if (first === undefined || lowerFirst === undefined || count === undefined)
    throw scenarioError(where, "[inside, outside, count]", json);
  return { first, lowerFirst, count };
}
