import { CLASSICAL, type Engine, type Extent, isId, type Kuid64, UsernsError } from "../core/index.ts";
import {
  childUserNamespace,
  createWorld,
  freeWorld,
  ID_FUNCTION_NAMES,
  type IdFunctionResult,
  Inode,
  ISOLATED,
  idFunction,
  idmapOf,
  idSlot,
  installMap,
  type Mount,
  makeKid,
  NO_FLAGS,
  type OwnerKind,
  type Superblock,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import { scenarioError } from "../kernel/syscall/index.ts";
import { listAt, objectAt, textAt } from "./load.ts";
import { placed } from "./placed.ts";
import type { Outcome, Recorded } from "./run-vector.ts";

/*
 * Recorded calls of the kernel's id functions, by trees of namespaces: `{scenarios: {NAME: tree}, calls: {NAME:
 * {function: [[where, id, number, result], …]}}}`. Letters name the namespaces of a tree; `h` is the initial one.
 */

const INITIAL = "h";

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
      const installed =
        extents.length > 0 ? placed(`${at}.${kind}_map`, () => installMap(world, ns, idSlot(kind), extents)) : null;
      if (installed?.ok === false)
        throw scenarioError(`${at}.${kind}_map`, "a map that Linux takes", installed.because);
    }
    if (typeof given.isolated !== "boolean") throw scenarioError(`${at}.isolated`, "true or false", given.isolated);
    ns.isIsolated = given.isolated;
    namespaces.set(name, ns);
  }
  return namespaces;
}

function differs(world: World, namespaces: Namespaces, called: string, row: unknown, where: string): string[] {
  const [place, id, number, expected] = listAt(row, where);
  const known = idFunction(called);
  if (!known) throw scenarioError(where, `a function that is modelled: ${ID_FUNCTION_NAMES.join(", ")}`, called);
  const kid = { id: idAt(id, `${where}[1]`), number: numberOf(namespaces, number, `${where}[2]`) };
  const got = callAt(world, namespaces, known, textAt(place, `${where}[0]`), kid, `${where}[0]`);
  const shown = typeof got !== "object" ? got : [got.id, letterOf(namespaces, got.number)];
  const [want, came] = [JSON.stringify(expected), JSON.stringify(shown)];
  return want === came ? [] : [`${where}: ${called} in ${place} of ${id}@${number}: expected ${want}, got ${came}`];
}

/** Call a function at `a`, a namespace, or at `idmap:a`, a mount. */
function callAt(
  world: World,
  namespaces: Namespaces,
  { kind, of }: NonNullable<ReturnType<typeof idFunction>>,
  place: string,
  kid: Kuid64<OwnerKind>,
  where: string,
): IdFunctionResult {
  const [, idmap] = /^idmap:(.+)$/.exec(place) ?? [];
  const ns = namespaces.get(idmap ?? place);
  if (of.place === "namespace" && idmap === undefined && ns) return of.run(world, ns, kind, kid);
  if (of.place === "mount" && (idmap === "none" || (idmap !== undefined && ns)))
    return of.run(world, mountOf(world, place, ns ?? null), kind, kid);
  throw scenarioError(where, of.place === "mount" ? "idmap: and a namespace or none" : "a namespace", place);
}

/** A mount of a tmpfs of the initial namespace. */
function mountOf(world: World, name: string, idmap: UserNamespace | null): Mount {
  const superblock: Superblock = { name: "tmpfs", type: "tmpfs", userNs: world.initUserNs, isReadOnly: false };
  const owner = { id: 0, number: CLASSICAL };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, uid: owner, gid: owner });
  return { ...NO_FLAGS, name, superblock, root, idmap: idmap && idmapOf(idmap) };
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
