/** Random processes and calls between them. */
import fc from "fast-check";
import { PROC_PATHS } from "../../src/kernel/proc-file.ts";
import type { RandomWorld } from "./random.ts";

const IDS = [0, 7, 1000, 100000, 100005, 100006, 102000];
const RANGE = [[0, 100000, 1000]];
const OTHER_RANGE = [[0, 102000, 100]];

/** A chain, a sibling with the same maps, one with other maps, and one with neither root nor group map. */
const NAMESPACES = [
  { name: "A", parent: "init", owner: [1000, 1000], uid_map: RANGE, gid_map: RANGE, uts: true },
  { name: "B", parent: "A", owner: [100005, 100005], uid_map: [[0, 5, 50]], gid_map: [[0, 5, 50]], uts: true },
  { name: "C", parent: "init", owner: [1000, 1000], uid_map: RANGE, gid_map: RANGE, uts: true },
  { name: "D", parent: "init", owner: [100005, 1000], uid_map: OTHER_RANGE, gid_map: OTHER_RANGE, uts: true },
  { name: "E", parent: "init", owner: [1000, 1000], uid_map: [[5, 100000, 1000]], gid_map: null, uts: true },
];
const NAMES = ["init", ...NAMESPACES.map(({ name }) => name)];

/** Where a process of each namespace may have executed its program, besides the initial one. */
const EXECUTED_IN: { readonly [ns: string]: readonly string[] } = {
  A: ["A"],
  B: ["A", "B"],
  C: ["C"],
  D: ["D"],
  E: ["E"],
};

/** Without CAP_SYS_RESOURCE, which the recorded machine's root lacks. */
const CAPS = [
  "chown",
  "dac_override",
  "dac_read_search",
  "kill",
  "perfmon",
  "setuid",
  "sys_admin",
  "sys_nice",
  "sys_ptrace",
];

const id = fc.constantFrom(...IDS);
const caps = fc.subarray(CAPS).chain((perm) => fc.record({ perm: fc.constant(perm), eff: fc.subarray(perm) }));

const taskNamed = (name: string) =>
  fc
    .constantFrom(...NAMES)
    .chain((ns) =>
      fc.record({ ns: fc.constant(ns), mmNs: fc.option(fc.constantFrom(...(EXECUTED_IN[ns] ?? ["init"]))) }),
    )
    .chain(({ ns, mmNs }) => {
      const ids = mmNs === null ? fc.oneof(id, fc.tuple(id, id, id, id)) : id;
      return fc.record({
        name: fc.constant(name),
        ns: fc.constant(ns),
        uid: ids,
        gid: ids,
        groups: fc.subarray(IDS, { maxLength: 2 }),
        caps,
        dumpable: fc.constantFrom(0, 1),
        session: fc.constantFrom("shared", "own"),
        mm_ns: fc.constant(mmNs ?? "init"),
      });
    });

const of = (type: "file" | "dir" | "symlink") =>
  PROC_PATHS.filter(({ path, entry }) => path !== "" && entry.type === type).map(({ path }) => path);
const [files, directories, links] = [of("file"), of("dir"), of("symlink")];

const p = fc.constantFrom("p", "q", "t", "@root");
const target = fc.constantFrom("p", "q", "t");
const ns = fc.constantFrom(...NAMES);
const kinds = fc.subarray(["user", "mnt", "uts", "ipc", "net", "cgroup"], { minLength: 1 });
const acc = fc.constantFrom("r", "w", "rw");
const call = (...names: readonly string[]) => fc.constantFrom(...names);

const step = fc.oneof(
  fc.record({ p, call: call("kill"), target, sig: fc.constantFrom(0, 18, 23, 65, -1) }),
  fc.record({ p, call: call("ptrace", "robust_list", "pidfd_getfd", "prlimit_get"), target }),
  fc.record({ p, call: call("getpriority_set"), target, nice: fc.integer({ min: -25, max: 25 }) }),
  fc.record({ p, call: call("proc_open"), target, file: fc.constantFrom(...files), acc }),
  fc.record({ p, call: call("proc_open"), target, file: fc.constantFrom(...directories) }),
  fc.record({ p, call: call("proc_readlink"), target, file: fc.constantFrom(...links) }),
  fc.record({ p, call: call("proc_stat"), target, file: fc.constantFrom("", ...files, ...directories, ...links) }),
  fc.record({ p, call: call("sethostname", "creds") }),
  fc.record({ p, call: call("setns_uts"), owner: ns }),
  fc.record({ p, call: call("ns_owner_uid", "ns_parent_fd"), ns }),
  fc.record({ p: fc.constant("q"), call: call("setns"), ns }),
  fc.record({ p: fc.constant("q"), call: call("unshare"), flags: kinds }),
  fc.record({ p, call: call("prctl"), op: fc.constant("dumpable"), v: fc.constantFrom(0, 1) }),
);

/** What processes may do to each other. */
export const TASK_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    procs: fc.tuple(taskNamed("p"), taskNamed("q"), taskNamed("t")),
    op: fc.array(step, { minLength: 8, maxLength: 24 }),
  })
  .map(({ procs, op }) => ({ setup: { ns: NAMESPACES, procs }, op }));
