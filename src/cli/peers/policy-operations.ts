import * as core from "../../core/index.ts";
import * as formats from "../../formats/index.ts";
import {
  autoUsernsMap,
  autoUsernsSize,
  DEFAULT_POOL,
  formulaRange,
  freeRunsOf,
  groupsOf,
  isPodOfPool,
  type KubeletPool,
  kubeletPoolFault,
  RESERVED_RANGES,
  reservedAt,
  usersOf,
} from "../../policy/index.ts";
import { extentOf, type Given, type PeerAnswer, peerLines, REFUSED } from "./given.ts";
import type { Operations } from "./operation.ts";
import { shadowDefaults } from "./subid-command.ts";

const KINDS = ["uid", "gid"] as const;

/** The words of the cases for what is reserved under a name. */
const CLASSES: { readonly [name: string]: string } = {
  root: "root",
  system: "system users",
  people: "people",
  nobody: "nobody/overflow",
  "16-bit": "16-bit -1",
  "32-bit": "32-bit -1",
  dynamic: "dynamic service users",
  containers: "container ranges",
  homed: "homed users",
  foreign: "foreign ids",
};

function autoUserns(given: Given): PeerAnswer {
  const size = given.number("size");
  const [uids, gids] = KINDS.map((kind) =>
    autoUsernsMap({
      size,
      available: given.intervals(`available_${kind}s`),
      used: given.lines(`used_${kind}s`).map(extentOf),
      additional: given.lines(`additional_${kind}s`).map(extentOf),
    }),
  );
  return uids && gids ? { uids: peerLines(uids), gids: peerLines(gids) } : REFUSED;
}

/** Incus: the first gap behind the slot that all shared containers have. */
function isolated(given: Given): PeerAnswer {
  const pool = given.object("pool");
  const [base, size, slot] = [pool.number("base"), pool.number("size"), given.number("default_size")];
  const first = given.flag("first_slot_reserved") ? base + slot : base;
  let free: core.IdSet = [{ first, count: base + size - first }];
  const allocations: object[] = [];
  for (const request of given.objects("requests")) {
    const name = request.text("name");
    const count = request.number("size", slot);
    if (request.has("isolated") && !request.flag("isolated")) {
      allocations.push({ name, outside: base, count: size });
      continue;
    }
    const fixed = request.has("base") ? { first: request.number("base"), count } : undefined;
    const range = fixed ?? free.filter((run) => run.count >= count).map((run) => ({ first: run.first, count }))[0];
    if (!range) return { ...REFUSED, fails_at: name, pairwise_disjoint: true };
    free = core.subtract(free, [range]);
    allocations.push({ name, outside: range.first, count });
  }
  return { allocations };
}

/** The kubelet keeps the block of a pod that has a folder on disk and that runs, or is known to it; others it frees. */
function reconciled(given: Given): PeerAnswer {
  const alive = new Set([...given.texts("running"), ...given.texts("known")]);
  const onDisk = new Set(given.texts("on_disk"));
  const isKept = (pod: string) => onDisk.has(pod) && alive.has(pod);
  const pods = given.keys("recorded");
  return { kept: pods.filter(isKept), freed: pods.filter((pod) => !isKept(pod)) };
}

/** Each owner has one block of the pool, and says the same of it every time. */
function recorded(given: Given): PeerAnswer {
  const pool = given.object("pool");
  const [first, length, slot] = [pool.number("first_id"), pool.number("length"), pool.number("slot")];
  const held = new Map<unknown, string>();
  const results = given.rows("records").map(([owner, start, count]) => {
    const said = `${start}:${count}`;
    if (held.has(owner)) return held.get(owner) === said ? "ok" : "error";
    const isBlock =
      typeof start === "number" &&
      count === slot &&
      start >= first &&
      start + slot <= first + length &&
      (start - first) % slot === 0;
    if (!isBlock || [...held.values()].includes(said)) return "error";
    held.set(owner, said);
    return "ok";
  });
  return { results };
}

function kubeletPool(given: Given): KubeletPool {
  return {
    first: given.number("first_id"),
    count: given.number("length"),
    idsPerPod: given.number("ids_per_pod"),
  };
}

/** A record that cannot be read is none of the pool's. */
function isPodFile(given: Given): boolean {
  try {
    const { maps } = formats.podRecord(JSON.stringify(given.value("file")), "file", "pod");
    return isPodOfPool(kubeletPool(given.object("pool")), maps);
  } catch (error) {
    if (error instanceof core.UsernsError) return false;
    throw error;
  }
}

function autoSize(given: Given): number {
  const users = formats.parsePasswd(given.text("passwd"));
  const ownGroups = formats.entriesOf(users).map(({ name, gid }) => ({ name, id: gid }));
  return autoUsernsSize([...usersOf(users), ...ownGroups, ...groupsOf(formats.parseGroup(given.text("group")))]);
}

/** Sizes that Podman's `auto` keeps to where none is given. @source containers-storage.conf(5), auto-userns-min-size and -max-size */
const AUTO = { least: 1024, most: 65536 };

function podmanAuto(given: Given): PeerAnswer {
  const [, text] = /^[^:]*:(.*)$/s.exec(given.text("mode")) ?? [];
  const options = text?.split(",") ?? [];
  if (!options.every((option) => /^(?:size=\d+|[ug]idmapping=.+)$/.test(option))) return REFUSED;
  const valuesOf = (name: string) =>
    options.filter((option) => option.startsWith(`${name}=`)).map((option) => option.slice(name.length + 1));
  const ids = given.text("user", "0").split(":").map(Number).filter(core.isId);
  const needed = Math.min(Math.max(...ids.map((id) => id + 1), AUTO.least), AUTO.most);
  const [asked] = valuesOf("size");
  const size = asked === undefined ? needed : Number(asked);
  // A line that is given for users and for groups is one of each map.
  const mappings = new Set([...valuesOf("uidmapping"), ...valuesOf("gidmapping")]);
  if (mappings.size === 0) return { size };
  const fixed = [...mappings].flatMap((text) => formats.parseTriples(text).extents);
  return { size, fixed: peerLines(fixed), allocated: size - core.sizeOf(core.idSet(fixed)) };
}

/** Are the host ids of an entry among those that its kinds are allowed? */
function isCovered(given: Given): boolean {
  const entry = given.line("entry");
  const kinds = KINDS.filter((kind) => entry.kind === kind || entry.kind === "both");
  return (
    kinds.length > 0 &&
    entry.count > 0 &&
    kinds.every((kind) => {
      const allowed = given.lines(`allowed_${kind}s`).filter((line) => line.kind === kind || line.kind === "both");
      return core.holds(core.idSet(allowed.map((line) => core.lowerOf(extentOf(line)))), core.lowerOf(extentOf(entry)));
    })
  );
}

/** How many ranges of a size a peer's own pool has, which takes no heed of what others reserve. */
function capacity(first: number, count: number, size: number, alignment = 1): number {
  const pool = {
    ...DEFAULT_POOL,
    range: { first, count },
    size,
    alignment,
    includes: RESERVED_RANGES.map(({ name }) => name),
  };
  return freeRunsOf(pool, []).reduce((sum, run) => sum + Math.floor(run.count / size), 0);
}

/** Ranges that tools hand out by themselves, each by its own rule. */
export const POLICY_OPERATIONS: Operations = {
  "alloc.auto_userns": autoUserns,
  "alloc.isolated": isolated,
  "alloc.reconcile": reconciled,
  "alloc.record": recorded,
  "alloc.aligned_pool": (given) => {
    const [from, to, slot] = [given.number("min_base"), given.number("max_base"), given.number("slot")];
    return { slots: capacity(from, to + slot - from, slot, slot), last_id: to + slot - 1 };
  },
  "alloc.block_index": (given) => {
    const pool = given.object("pool");
    const [first, last] = given.pair("block");
    const range = core.rangeBetween(first, last);
    const whole = { first: pool.number("first"), last: pool.number("last"), block: pool.number("block") };
    const index = range && formats.blockIndex(whole, range);
    return index === null ? { contained: false } : { contained: true, index };
  },
  "alloc.capacity": (given) => {
    const [min, max] = [given.number("min"), given.number("max")];
    const ids = core.rangeBetween(min, Math.min(max, core.MAX_ID));
    return { users: ids ? capacity(ids.first, ids.count, given.number("count")) : 0 };
  },
  "alloc.sequential": (given) => {
    const slot = given.number("slot");
    const start = given.number("first") + given.number("index") * slot;
    return core.fits({ first: start, count: slot }) ? { start, last: start + slot - 1 } : REFUSED;
  },
  "alloc.slots": (given) => {
    const [first, length, slot] = [given.number("first_id"), given.number("length"), given.number("slot")];
    const isRoom = given.number("allocate") <= capacity(first, length, slot, slot);
    return isRoom ? { all_distinct: true, min: first, max_first: first + length - slot } : REFUSED;
  },
  "alloc.deterministic": (given) => {
    const defaults = shadowDefaults(given.number("sub_min"), given.number("sub_max"), given.number("count"));
    const choice = formulaRange(given.number("uid"), given.number("uid_min"), defaults);
    return choice.ok ? { first: choice.range.first, last: core.lastOf(choice.range) } : REFUSED;
  },
  "auto.size_from_files": (given) => ({ size: autoSize(given) }),
  "userns.auto_size": podmanAuto,
  "k8s.host_users": (given) => {
    if (!given.has("host_users") || given.flag("host_users")) return { mode: "NODE" };
    return given.flag("runtime_supports") ? { mode: "POD" } : REFUSED;
  },
  "k8s.pod_file": (given) => ({ accepted: isPodFile(given) }),
  "k8s.pool_config": (given) => ({ valid: kubeletPoolFault(kubeletPool(given), given.number("max_pods")) === null }),
  "policy.outside_covered": (given) => ({ covered: isCovered(given) }),
  "policy.reserved": (given) => ({
    classes: given.numbers("ids").map((id) => reservedAt(id).flatMap(({ name }) => CLASSES[name] ?? [])[0] ?? null),
  }),
  "lint.layer_ids": (given) => {
    const maps = given.object("map");
    const owners = given.pairs("owners");
    const unmapped = (kind: core.OwnerKind, at: 0 | 1) =>
      [...new Set(owners.map((owner) => owner[at]))].filter((id) => core.mapDown(maps.map(kind), id) === core.NO_ID);
    return { unmapped_uids: unmapped("uid", 0), unmapped_gids: unmapped("gid", 1) };
  },
};
