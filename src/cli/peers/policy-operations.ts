import * as core from "../../core/index.ts";
import * as formats from "../../formats/index.ts";
import { reservedAt } from "../../policy/index.ts";
import { extentOf, type Given, type PeerAnswer, peerLines, REFUSED } from "./given.ts";
import type { Operations } from "./operation.ts";

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

/** containers/storage: the lowest free ids, in pieces, and the lines that were asked for behind them. */
function autoUserns(given: Given): PeerAnswer {
  const maps = KINDS.map((kind) => {
    const lowers = (key: string) => core.idSet(given.lines(key).map((line) => core.lowerOf(extentOf(line))));
    const additional = given.lines(`additional_${kind}s`).map(extentOf);
    const inside = core.subtract([{ first: 0, count: given.number("size") }], core.idSet(additional));
    const free = core.subtract(
      given.intervals(`available_${kind}s`),
      core.union(lowers(`used_${kind}s`), lowers(`additional_${kind}s`)),
    );
    const zipped = core.zip(inside, free);
    return core.sizeOf(zipped) < core.sizeOf(inside) ? null : [...zipped, ...additional];
  });
  const [uids, gids] = maps;
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
    if (!range) return { fails_at: name, pairwise_disjoint: true };
    free = core.subtract(free, [range]);
    allocations.push({ name, outside: range.first, count });
  }
  return { allocations };
}

/** The kubelet keeps what is on disk of pods that run or that it knows. */
function reconciled(given: Given): PeerAnswer {
  const alive = new Set([...given.texts("running"), ...given.texts("known")]);
  const pods = given.texts("on_disk").filter((pod) => given.keys("recorded").includes(pod));
  return { kept: pods.filter((pod) => alive.has(pod)), freed: pods.filter((pod) => !alive.has(pod)) };
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

function isPodFile(given: Given): boolean {
  const pool = given.object("pool");
  const [first, length, block] = [pool.number("first_id"), pool.number("length"), pool.number("ids_per_pod")];
  const [uid, gid] = (["uidMappings", "gidMappings"] as const).map((key) => {
    const [line, ...more] = given.object("file").objects(key);
    if (!line || more.length > 0) return null;
    const range = { first: line.number("hostId"), count: line.number("length") };
    const isBlock = line.number("containerId") === 0 && range.count === block && (range.first - first) % block === 0;
    return isBlock && core.covers({ first, count: length }, range) ? range.first : null;
  });
  return uid !== null && uid === gid;
}

/** The highest id of passwd and group that is somebody's, and one more. */
function autoSize(given: Given): number {
  const ids = [
    ...formats
      .entriesOf(formats.parsePasswd(given.text("passwd")))
      .filter(({ name }) => name !== "nobody")
      .flatMap(({ uid, gid }) => [uid, gid]),
    ...formats
      .entriesOf(formats.parseGroup(given.text("group")))
      .filter(({ name }) => name !== "nobody" && name !== "nogroup")
      .map(({ gid }) => gid),
  ];
  return ids.length === 0 ? 0 : Math.max(...ids) + 1;
}

/** Sizes that Podman's `auto` keeps to where none is given. @source containers-storage.conf(5), auto-userns-min-size and -max-size */
const AUTO = { least: 1024, most: 65536 };

function podmanAuto(given: Given): PeerAnswer {
  const options = given.text("mode").split(":").slice(1).join(":").split(",");
  const valuesOf = (name: string) =>
    options.filter((option) => option.startsWith(`${name}=`)).map((option) => option.slice(name.length + 1));
  const ids = given.text("user", "0").split(":").map(Number).filter(core.isId);
  const needed = Math.min(Math.max(...ids.map((id) => id + 1), AUTO.least), AUTO.most);
  const [asked] = valuesOf("size");
  const size = asked === undefined ? needed : Number(asked);
  const mappings = [...valuesOf("uidmapping"), ...valuesOf("gidmapping")];
  if (mappings.length === 0) return { size };
  const fixed = mappings.flatMap((text) => formats.parseTriples(text).extents);
  return { size, fixed: peerLines(fixed), allocated: size - core.sizeOf(fixed) };
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

function blocksOf(first: number, last: number, block: number): number {
  return Math.max(0, Math.floor((last - first + 1) / block));
}

/** Ranges that tools hand out by themselves, each by its own rule. */
export const POLICY_OPERATIONS: Operations = {
  "alloc.auto_userns": autoUserns,
  "alloc.isolated": isolated,
  "alloc.reconcile": reconciled,
  "alloc.record": recorded,
  "alloc.aligned_pool": (given) => {
    const [from, to, slot] = [given.number("min_base"), given.number("max_base"), given.number("slot")];
    return { slots: (to - from) / slot + 1, last_id: to + slot - 1 };
  },
  "alloc.block_index": (given) => {
    const pool = given.object("pool");
    const [first, last] = given.pair("block");
    const range = core.rangeBetween(first, last);
    const whole = { first: pool.number("first"), last: pool.number("last"), block: pool.number("block") };
    const index = range && formats.blockIndex(whole, range);
    return index === null ? { contained: false } : { contained: true, index };
  },
  "alloc.capacity": (given) => ({ users: blocksOf(given.number("min"), given.number("max"), given.number("count")) }),
  "alloc.sequential": (given) => {
    const start = given.number("first") + given.number("index") * given.number("slot");
    return { start, last: start + given.number("slot") - 1 };
  },
  "alloc.slots": (given) => {
    const [first, length, slot] = [given.number("first_id"), given.number("length"), given.number("slot")];
    const isRoom = given.number("allocate") <= Math.floor(length / slot);
    return isRoom ? { all_distinct: true, min: first, max_first: first + length - slot } : REFUSED;
  },
  "alloc.deterministic": (given) => {
    const count = given.number("count");
    const first = given.number("sub_min") + (given.number("uid") - given.number("uid_min")) * count;
    const isRoom = given.number("uid") >= given.number("uid_min") && first + count - 1 <= given.number("sub_max");
    return isRoom ? { first, last: first + count - 1 } : REFUSED;
  },
  "auto.size_from_files": (given) => ({ size: autoSize(given) }),
  "userns.auto_size": podmanAuto,
  "k8s.host_users": (given) => {
    if (!given.has("host_users") || given.flag("host_users")) return { mode: "NODE" };
    return given.flag("runtime_supports") ? { mode: "POD" } : REFUSED;
  },
  "k8s.pod_file": (given) => ({ accepted: isPodFile(given) }),
  "k8s.pool_config": (given) => {
    const [first, length, block] = [given.number("first_id"), given.number("length"), given.number("ids_per_pod")];
    const isAligned = block > 0 && block % formats.POD_BLOCK === 0 && first % block === 0 && length % block === 0;
    const isRoom = first >= formats.POD_BLOCK && length / block >= given.number("max_pods");
    return { valid: isAligned && isRoom && core.fits({ first, count: length }) };
  },
  "policy.outside_covered": (given) => ({ covered: isCovered(given) }),
  "policy.reserved": (given) => ({
    classes: given.numbers("ids").map((id) => reservedAt(id).flatMap(({ name }) => CLASSES[name] ?? [])[0]),
  }),
  "lint.layer_ids": (given) => {
    const maps = given.object("map");
    const owners = given.pairs("owners");
    const unmapped = (kind: core.OwnerKind, at: 0 | 1) =>
      [...new Set(owners.map((owner) => owner[at]))].filter((id) => core.mapDown(maps.map(kind), id) === core.NO_ID);
    return { unmapped_uids: unmapped("uid", 0), unmapped_gids: unmapped("gid", 1) };
  },
};
