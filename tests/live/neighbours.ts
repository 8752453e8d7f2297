/**
 * Neighbours of recorded vectors: the same worlds and calls with something changed.
 *
 * A change takes a value that the same key has in another vector of the family, an id at the edge of a map, a call of
 * another vector, or another order. What a vector names (namespaces, processes, mounts, paths) is replaced by names that
 * the world at hand has, so that most neighbours can be set up.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { hasDisk } from "./disks.ts";
import { SELDOM_RECORDED } from "./neighbour-values.ts";
import type { RandomWorld } from "./random.ts";

type Fields = { readonly [key: string]: unknown };
type Step = Fields & { readonly p: string; readonly call: string };
interface Recorded {
  readonly setup: { readonly [part: string]: readonly Fields[] };
  readonly op: readonly Step[];
}

/** Whole numbers from 0 to below `count`, as a change's dice fall. */
type Roll = (count: number) => number;

/** Values that were recorded, by what holds them and the key: `procs.caps`, `chown.uid`. */
type Pools = ReadonlyMap<string, readonly unknown[]>;

const FOLDER = "tests/vectors/linux-6.18";
/** Family 7 asks tools of user space. */
export const NEIGHBOUR_FAMILIES = [
  "1_map_write",
  "2_id_translation",
  "3_idmapped_mounts",
  "4_acl_fcap",
  "5_scm_credentials",
  "6_privilege",
  "8_vfs_permission",
] as const;

function readFamily(family: string): readonly Recorded[] {
  return JSON.parse(readFileSync(join(FOLDER, `${family}.json`), "utf8"));
}

/** What a key holds the name of. Names are never taken from another vector. */
const NAMES_A: { readonly [key: string]: "ns" | "proc" | "fs" | "path" } = {
  ns: "ns",
  mm_ns: "ns",
  user_ns: "ns",
  idmap: "ns",
  userns: "ns",
  owner: "ns",
  parent: "ns",
  p: "proc",
  target: "proc",
  of: "proc",
  fs: "fs",
  path: "path",
  to: "path",
  lower: "path",
  upper: "path",
  work: "path",
};
/** What others refer to, and what no change may touch. */
const FIXED = ["name", "call", "attach", "keep", "as", "fd", "sock"];
/** Keys whose numbers are ids. */
const ID_KEYS = ["uid", "gid", "r", "e", "s"];
const NO_ID = 4294967295;
const EDGE_IDS = [0, 1, 1000, 65534, 65535, 4294967294, 4294967295];

class Neighbour {
  readonly setup: { [part: string]: Fields[] };
  readonly op: Step[];
  readonly #pools: Pools;
  readonly #family: readonly Recorded[];

  constructor(world: Recorded, family: readonly Recorded[], pools: Pools) {
    this.setup = Object.fromEntries(Object.entries(world.setup).map(([part, items]) => [part, [...items]]));
    this.op = [...world.op];
    this.#family = family;
    this.#pools = pools;
  }

  /** One change, of a kind that the dice say. */
  change(roll: Roll): void {
    const at = this.op.length === 0 ? 0 : roll(this.op.length);
    const step = this.op[at];
    switch (roll(9)) {
      case 0:
      case 1:
      case 2:
        this.#changeSetup(roll);
        return;
      case 3:
      case 4:
        if (step) this.op[at] = this.#changed(step, step.call, roll);
        return;
      case 5:
        if (step) this.op.splice(roll(this.op.length + 1), 0, this.#changed(step, step.call, roll));
        return;
      case 6:
        if (step && this.op.length > 1) this.op.splice(at, 1);
        return;
      case 7:
        if (step) this.op.splice(roll(this.op.length), 0, ...this.op.splice(at, 1));
        return;
      default:
        this.#insertForeign(roll);
    }
  }

  #changeSetup(roll: Roll): void {
    const parts = Object.keys(this.setup).filter((part) => (this.setup[part]?.length ?? 0) > 0);
    const part = pick(parts, roll);
    const items = part === undefined ? undefined : this.setup[part];
    if (part === undefined || !items) return;
    const at = roll(items.length);
    const item = items[at];
    if (item) items[at] = this.#changed(item, part, roll);
  }

  #insertForeign(roll: Roll): void {
    const step = pick(pick(this.#family, roll)?.op ?? [], roll);
    if (!step) return;
    const adopted = Object.fromEntries(
      Object.entries(step).map(([key, value]) => [key, this.#adopt(step.call, key, value, roll)]),
    );
    this.op.splice(roll(this.op.length + 1), 0, { ...adopted, p: this.#nameOf("proc", roll), call: step.call });
  }

  /** An item of the setup or a step with one key given, changed, or left out. */
  #changed<T extends Fields>(item: T, holder: string, roll: Roll): T {
    const keys = [...this.#pools.keys()].flatMap((whole) =>
      whole.startsWith(`${holder}.`) ? [whole.slice(holder.length + 1)] : [],
    );
    const key = pick(
      keys.filter((name) => !FIXED.includes(name)),
      roll,
    );
    if (key === undefined) return item;
    if (roll(10) === 0 && item[key] !== undefined && NAMES_A[key] === undefined) {
      const { [key]: _, ...rest } = item;
      return { ...item, ...rest, [key]: undefined };
    }
    if (ID_KEYS.includes(key) && roll(2) === 0)
      return { ...item, [key]: this.#edgeId(roll, holder in this.setup ? NO_ID - 1 : NO_ID) };
    return { ...item, [key]: this.#adopt(holder, key, pick(this.#pools.get(`${holder}.${key}`) ?? [], roll), roll) };
  }

  /** A recorded value, its names replaced by names of this world. */
  #adopt(holder: string, key: string, value: unknown, roll: Roll): unknown {
    if (FIXED.includes(key)) return value;
    const kind = holder === "files" && key !== "fs" ? undefined : NAMES_A[key];
    if (kind !== undefined && typeof value === "string" && value !== "self" && !value.startsWith("/"))
      return kind === "path" ? this.#path(value, roll) : this.#nameOf(kind, roll);
    if (key === "changes" && Array.isArray(value))
      return value.map((change: Fields) =>
        this.#ofInterest(change.userns) ? { ...change, userns: this.#nameOf("ns", roll) } : change,
      );
    return value;
  }

  #ofInterest(userns: unknown): boolean {
    return typeof userns === "string" && !["init", "notns", "mntns", "badfd", "hugefd"].includes(userns);
  }

  #nameOf(kind: "ns" | "proc" | "fs", roll: Roll): string {
    if (kind === "ns") return pick(["init", ...this.#names("ns")], roll) ?? "init";
    if (kind === "proc") return pick(["@root", ...this.#names("procs")], roll) ?? "@root";
    return pick(this.#names("fs"), roll) ?? "f";
  }

  #names(part: string): readonly string[] {
    return (this.setup[part] ?? []).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  }

  /** A file of this world through one of its mounts, or the place that a path of another world has below one. */
  #path(value: string, roll: Roll): string {
    const mount = pick([...this.#names("fs"), ...this.#names("mounts")], roll) ?? "f";
    const own = this.#ownPaths();
    const path = roll(3) === 0 ? value.slice(value.indexOf(":") + 1) : (pick(own, roll) ?? "");
    return `${mount}:${path}`;
  }

  #ownPaths(): readonly string[] {
    return (this.setup.files ?? []).flatMap(({ path, type }) =>
      typeof path !== "string" ? [] : type === "dir" ? [path, `${path}/n`] : [path],
    );
  }

  /** An id at the edge of a line of a map of this world, or of all ids. */
  #edgeId(roll: Roll, last: number): number {
    const lines = (this.setup.ns ?? []).flatMap(({ uid_map, gid_map }) =>
      [uid_map, gid_map].flatMap((map) => (Array.isArray(map) ? map : [])),
    );
    const line: unknown = pick(lines, roll);
    const edge = Math.min(pick(EDGE_IDS, roll) ?? 0, last);
    if (roll(2) === 0 || !Array.isArray(line)) return edge;
    const [first, lower, count] = line;
    const from = roll(2) === 0 ? first : lower;
    const id = from + (pick([-1, 0, count - 1, count], roll) ?? 0);
    return id >= 0 && id <= last ? id : edge;
  }

  /** With what files are afterwards, as root sees them. */
  world(): RandomWorld {
    const after = (this.setup.files ?? []).slice(0, 8).flatMap(({ fs, path, type }) => {
      const at = { p: "@root", path: `${fs}:${path}` };
      const asked = type === "symlink" ? ["stat"] : ["stat", "acl_get", "fcap_get"];
      return asked.map((call) => ({ ...at, call }));
    });
    const setup = Object.fromEntries(
      Object.entries(this.setup).map(([part, items]) => [part, items.map((item) => asRunningKernel(part, item))]),
    );
    return JSON.parse(JSON.stringify({ setup, op: [...this.op, ...after] }));
  }
}

function pick<T>(list: readonly T[], roll: Roll): T | undefined {
  return list[roll(list.length)];
}

function poolsOf(family: readonly Recorded[]): Pools {
  const pools = new Map<string, Map<string, unknown>>();
  const add = (holder: string, item: Fields) => {
    for (const [key, value] of Object.entries(item)) {
      const pool = pools.get(`${holder}.${key}`) ?? new Map<string, unknown>();
      pools.set(`${holder}.${key}`, pool.set(JSON.stringify(value), value));
    }
  };
  for (const { setup, op } of family) {
    for (const [part, items] of Object.entries(setup)) for (const item of items) add(part, item);
    for (const step of op) add(step.call, step);
  }
  for (const [key, values] of Object.entries(SELDOM_RECORDED)) {
    const pool = pools.get(key) ?? new Map<string, unknown>();
    pools.set(key, new Map([...pool, ...values.map((value) => [JSON.stringify(value), value] as const)]));
  }
  return new Map([...pools].map(([key, values]) => [key, [...values.values()]]));
}

const DICE = 12;
const MOST_CHANGES = 8;
const die = fc.nat();

/** What a running kernel cannot be asked as it stands: a bounding set that its root lacks, a tmpfs in place of XFS. */
function asRunningKernel(part: string, item: Fields): Fields {
  if (part === "fs" && item.type === "xfs" && !hasDisk("xfs")) return { ...item, type: "tmpfs" };
  const { caps, ns = "init" } = item;
  if (part !== "procs" || ns !== "init" || typeof caps !== "object" || caps === null) return item;
  const given: Fields = { ...caps };
  const { bset, ...others } = given;
  return bset === undefined ? item : { ...item, caps: others };
}

/** Neighbours of the vectors of a family, from one to four changes away. */
export function neighboursOf(name: (typeof NEIGHBOUR_FAMILIES)[number]): fc.Arbitrary<RandomWorld> {
  const family = readFamily(name);
  const pools = poolsOf(family);
  const changes = fc.array(fc.array(die, { minLength: DICE, maxLength: DICE }), {
    minLength: 1,
    maxLength: MOST_CHANGES,
  });
  return fc.tuple(fc.constantFrom(...family), changes).map(([world, rows]) => {
    const neighbour = new Neighbour(world, family, pools);
    for (const row of rows) {
      let next = 0;
      neighbour.change((count) => (count === 0 ? 0 : (row[next++ % row.length] ?? 0) % count));
    }
    return neighbour.world();
  });
}
