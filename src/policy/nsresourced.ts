import { lastOf, overlapOf, type Range } from "../core/index.ts";
import { idSlot, ROOT, ruleTable, type Task, type UserNamespace, type World, writeMap } from "../kernel/index.ts";
import { type Decision, grant, refuse } from "./decision.ts";
import { pickBlock, pickFrom } from "./pick-block.ts";
import { BLOCK, UID_RANGES, type UidRange } from "./uid-ranges.ts";
import type { UsernsRestrict } from "./userns-restrict.ts";

const SOURCE = "systemd, io.systemd.NamespaceResource";

const RULES = ruleTable({
  size: { sentence: "A namespace is given 1 id or 65536.", source: `${SOURCE}: invalid parameter; C77, C78` },
  userNamespaceFileDescriptor: {
    sentence: "The descriptor is of a user namespace that the client owns, and not of the service's own.",
    source: `${SOURCE}: invalid parameter; C79`,
  },
  NameExists: { sentence: "No two namespaces have one name.", source: `${SOURCE}; C80` },
  UserNamespaceExists: { sentence: "A namespace is registered once.", source: `${SOURCE}; C80` },
  NoDynamicRange: { sentence: "A hundred ranges are tried for a name.", source: `${SOURCE}; C80` },
  DynamicRangeUnavailable: {
    sentence: "The service hands out ranges only where the container range is its own to hand out.",
    source: `${SOURCE}; C80`,
  },
  EUSERS: { sentence: "A user has at most 256 namespaces.", source: "systemd, nsresourced: USERNS_PER_UID; C81" },
  mapsWritten: { sentence: "The service writes both maps.", source: SOURCE },
});

/** `USERNS_PER_UID` */
const MOST_PER_OWNER = 256;
const SIZES: { readonly [size: number]: UidRange } = { 1: UID_RANGES.dynamic, [BLOCK]: UID_RANGES.container };

/** A namespace that the service manages. */
export interface ManagedNamespace extends Range {
  readonly name: string;
  readonly owner: number;
  readonly ns: UserNamespace | null;
}

/** A call of AllocateUserRange. */
export interface AllocateRequest {
  readonly client: Task;
  /** The namespace of the descriptor; null: it is of something else. */
  readonly ns: UserNamespace | null;
  readonly name: string;
  readonly size: number;
}

/** What a client is given: the range, and the pool that it came from. */
export interface Allocated {
  readonly range: Range;
  readonly pool: UidRange;
}

/** The service that gives unprivileged users transient ranges for their namespaces. */
export class Nsresourced {
  readonly #managed: ManagedNamespace[];
  readonly #taken: readonly Range[];
  readonly #isDelegated: boolean;
  readonly #guard: UsernsRestrict;

  /**
   * @param managed      what it manages already
   * @param taken        ranges that name lookups answer for
   * @param isDelegated  is the container range this service's to hand out?
   */
  constructor(
    managed: readonly ManagedNamespace[],
    taken: readonly Range[],
    isDelegated: boolean,
    guard: UsernsRestrict,
  ) {
    this.#managed = [...managed];
    this.#taken = taken;
    this.#isDelegated = isDelegated;
    this.#guard = guard;
    for (const { ns } of managed) if (ns) guard.manage(ns);
  }

  get managed(): readonly ManagedNamespace[] {
    return this.#managed;
  }

  /** `AllocateUserRange`: both maps of the namespace are written, and what it may do is watched from then on. */
  allocate(world: World, { client, ns, name, size }: AllocateRequest): Decision<Allocated> {
    const pool = SIZES[size];
    if (!pool) return refuse(RULES.size, `${size} ids`);
    const owner = client.cred.uid.effective.id;
    if (!ns?.parent || ns.owner.uid.id !== owner)
      return refuse(RULES.userNamespaceFileDescriptor, ns ? `${ns.name} is not ${owner}'s` : "it is no user namespace");
    if (!this.#isDelegated) return refuse(RULES.DynamicRangeUnavailable, `${pool.first}-${lastOf(pool)}`);
    if (this.#managed.some((other) => other.name === name)) return refuse(RULES.NameExists, name);
    if (this.#managed.some((other) => other.ns === ns)) return refuse(RULES.UserNamespaceExists, ns.name);
    const owned = this.#managed.filter((other) => other.owner === owner).length;
    if (owned >= MOST_PER_OWNER) return refuse(RULES.EUSERS, `${owner} has ${owned}`);
    const isFree = (range: Range) => ![...this.#managed, ...this.#taken].some((other) => overlapOf(other, range));
    const range = size === BLOCK ? pickBlock(name, isFree) : pickFrom(name, pool.first, lastOf(pool), size, isFree);
    if (!range) return refuse(RULES.NoDynamicRange, `for ${name}`);
    const written = writeMaps(world, ns, range);
    if (!written.ok) return written;
    this.#managed.push({ ...range, name, owner, ns });
    this.#guard.manage(ns);
    return grant({ range, pool });
  }

  /** The namespace is gone: so are its range and its names. */
  retire(ns: UserNamespace): void {
    const at = this.#managed.findIndex((managed) => managed.ns === ns);
    if (at >= 0) this.#managed.splice(at, 1);
  }
}

function writeMaps(world: World, ns: UserNamespace, { first, count }: Range): Decision<null> {
  const root = world.tasks.get(ROOT);
  if (!root) throw new Error("a world without its root");
  const by = { opener: root.cred, writer: root.cred, position: 0 };
  for (const kind of ["uid", "gid"] as const) {
    const written = writeMap(world, ns, idSlot(kind), `0 ${first} ${count}\n`, by);
    if (!written.ok) return refuse(RULES.mapsWritten, `${kind}_map of ${ns.name}: ${written.because}`);
  }
  return grant(null);
}
