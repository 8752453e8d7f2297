/**
 * Random calls of a few tasks that make, fill and enter user namespaces, held against what must always be so.
 *
 * A failing run prints its seed and the shortest list of calls that shows it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Engine } from "../../src/core/engine.ts";
import { isValidKuid64, mapUp, NO_ID, packKuid64 } from "../../src/core/index.ts";
import {
  type Cred,
  createWorld,
  freeWorld,
  isSubsetOf,
  ROLES,
  spawn,
  type Task,
  type UserNamespace,
  type Verdict,
  type World,
} from "../../src/kernel/index.ts";
import { CALLS, type Values } from "../../src/kernel/syscall/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const id = fc.constantFrom(0, 1, 2, 5, 9, 1000, 1001, 100000, 100009, 65534, 4294967294, NO_ID);
const cap = fc.constantFrom("setuid", "setgid", "setpcap", "setfcap", "chown", "kill", "sys_admin");
const caps = fc.oneof(fc.constantFrom("all", "none"), fc.uniqueArray(cap, { maxLength: 4 }));
const mapText = fc.oneof(
  fc.constantFrom(
    "0 1000 1\n",
    "0 0 1\n",
    "0 0 10",
    "0 100000 10\n",
    "5 0 3\n9 5 1\n",
    "0 0 4294967295",
    "1 2",
    "0 5 1",
  ),
  fc.tuple(id, id, fc.constantFrom(1, 2, 10)).map((line) => line.join(" ")),
);

/** A task or namespace by number, the newest first: of those that there are when the call is made. */
const which = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat() });

type Args = { readonly [key: string]: unknown };
interface Made {
  readonly call: string;
  readonly by: number;
  readonly ns: number | null;
  readonly args: Args;
}

function calls(
  call: string,
  args: { readonly [key: string]: fc.Arbitrary<unknown> },
  ns: fc.Arbitrary<number | null>,
  by: fc.Arbitrary<number> = which,
) {
  return fc.record({ call: fc.constant(call), by, ns, args: fc.record(args) });
}

const noNs = fc.constant(null);
const NESTING = { weight: 6 };
const anyCall: fc.Arbitrary<Made> = fc.oneof(
  { ...NESTING, arbitrary: calls("unshare_user", {}, noNs) },
  { ...NESTING, arbitrary: calls("setns", {}, which) },
  {
    ...NESTING,
    arbitrary: calls(
      "map_write",
      { file: fc.constantFrom("uid_map", "uid_map", "gid_map", "projid_map"), text: mapText },
      which,
      fc.nat(),
    ),
  },
  calls("setuid", { uid: id }, noNs),
  calls("setgid", { gid: id }, noNs),
  calls("setreuid", { r: id, e: id }, noNs),
  calls("setresuid", { r: id, e: id, s: id }, noNs),
  calls("setresgid", { r: id, e: id, s: id }, noNs),
  calls("setfsuid", { uid: id }, noNs),
  calls("setfsgid", { gid: id }, noNs),
  calls("setgroups", { groups: fc.array(id, { maxLength: 3 }) }, noNs),
  calls("capset", { eff: caps, perm: caps, inh: caps }, noNs),
  calls("prctl", { op: fc.constant("ambient_raise"), cap }, noNs),
  calls("prctl", { op: fc.constant("bset_drop"), cap }, noNs),
  calls("map_write", { file: fc.constant("setgroups"), text: fc.constantFrom("deny", "allow", " deny") }, which),
  calls("map_read", { file: fc.constantFrom("uid_map", "gid_map") }, which),
  calls("creds", {}, noNs),
);

const tasks = fc.array(fc.record({ uid: id, gid: id, isCapable: fc.oneof(fc.constant(true), fc.boolean()) }), {
  minLength: 2,
  maxLength: 3,
});
const runs = fc.tuple(tasks, fc.array(anyCall, { size: "large", maxLength: 40 }));
/** Enough runs for the rarer rules to be met. */
const MANY = { numRuns: 400 };
type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

/** What one call did. */
interface Done {
  readonly task: Task;
  readonly before: Cred;
  readonly call: string;
  readonly verdict: Verdict<Values>;
}

/** Make the calls of a run, and look at the world after each. @returns every answer */
function make([parts, made]: Run, engine: Engine, look: (world: World, done: Done) => void): unknown[] {
  const world = createWorld(engine);
  try {
    for (const [index, part] of parts.entries()) {
      if (part.uid === NO_ID || part.gid === NO_ID) continue;
      const root = world.tasks.get("@root");
      assert.ok(root);
      const one = (kid: number) => ({ id: kid, number: 0 });
      const four = (kid: number) => ({ real: one(kid), effective: one(kid), saved: one(kid), fs: one(kid) });
      const set = part.isCapable ? root.cred.permitted : 0n;
      const cred = {
        ...root.cred,
        uid: four(part.uid),
        gid: four(part.gid),
        effective: set,
        permitted: set,
        securebits: 0,
      };
      const task = spawn(world, { name: `p${index}`, cred });
      world.tasks.set(task.name, task);
    }
    return made.map((one, index) => makeOne(world, one, index, look));
  } finally {
    freeWorld(world);
  }
}

function makeOne(world: World, made: Made, index: number, look: (world: World, done: Done) => void): unknown {
  const task = pick([...world.tasks.values()], made.by);
  const ns = made.ns === null ? {} : { ns: pick([...world.userNamespaces.keys()], made.ns) };
  const as = made.call === "unshare_user" ? { as: `n${index}` } : {};
  const before = task.cred;
  const verdict = CALLS.get(made.call)?.make(world, task, { ...made.args, ...ns, ...as }, `[${index}]`);
  assert.ok(verdict);
  look(world, { task, before, call: made.call, verdict });
  return verdict;
}

function pick<T>(list: readonly T[], number: number): T {
  const item = list.at(-1 - (number % list.length));
  assert.ok(item !== undefined);
  return item;
}

const KINDS = ["uid", "gid"] as const;

function idsOf(cred: Cred, kind: (typeof KINDS)[number]): bigint[] {
  const groups = kind === "gid" ? [...cred.groups] : [];
  return [...ROLES.map((role) => cred[kind][role]), ...groups].map(packKuid64);
}

for (const engine of ENGINES) {
  test(`no task gains an id that its namespace's map does not hold, on ${engine.name}`, () => {
    fc.assert(
      fc.property(runs, (run) => {
        make(run, engine, (_, { task, before }) => {
          for (const kind of KINDS) {
            const had = new Set(idsOf(before, kind));
            for (const kid of idsOf(task.cred, kind).filter((one) => !had.has(one)))
              assert.notEqual(mapUp(task.cred.userNs.maps[kind], Number(kid)), NO_ID, `${kind} k${kid}`);
          }
        });
      }),
      MANY,
    );
  });

  test(`a kernel id does not change when its task enters a namespace, on ${engine.name}`, () => {
    let entered = 0;
    fc.assert(
      fc.property(runs, (run) => {
        make(run, engine, (_, { task, before }) => {
          if (task.cred.userNs === before.userNs) return;
          entered++;
          for (const kind of KINDS) assert.deepEqual(idsOf(task.cred, kind), idsOf(before, kind));
        });
      }),
      MANY,
    );
    assert.ok(entered > 20, `only ${entered} namespaces were entered`);
  });

  test(`a refused call changes nobody, and a call never another task, on ${engine.name}`, () => {
    fc.assert(
      fc.property(runs, (run) => {
        const seen = new Map<Task, Cred>();
        make(run, engine, (world, { task, before, verdict }) => {
          if (!verdict.ok) assert.equal(task.cred, before);
          for (const other of world.tasks.values()) {
            if (other !== task) assert.equal(other.cred, seen.get(other) ?? other.cred);
            seen.set(other, other.cred);
          }
        });
      }),
      MANY,
    );
  });

  test(`permitted grows only by entering a namespace; effective and ambient stay within it, on ${engine.name}`, () => {
    fc.assert(
      fc.property(runs, (run) => {
        make(run, engine, (_, { task: { cred }, before }) => {
          if (cred.userNs === before.userNs) assert.ok(isSubsetOf(cred.permitted, before.permitted));
          assert.ok(isSubsetOf(cred.effective, cred.permitted));
          assert.ok(isSubsetOf(cred.ambient, cred.permitted & cred.inheritable));
        });
      }),
      MANY,
    );
  });

  test(`a written map stays, and leads to ids that the parent's map holds, on ${engine.name}`, () => {
    let written = 0;
    fc.assert(
      fc.property(runs, (run) => {
        const maps = new Map<UserNamespace, unknown>();
        make(run, engine, (world) => {
          for (const ns of world.userNamespaces.values()) {
            const map = ns.maps.uid;
            if (map.extents.length === 0 || !ns.parent) continue;
            if (!maps.has(ns)) written++;
            assert.equal(map, maps.get(ns) ?? map);
            maps.set(ns, map);
            for (const { lowerFirst, count } of map.extents)
              for (const kid of [lowerFirst, lowerFirst + count - 1])
                assert.notEqual(mapUp(ns.parent.maps.uid, kid), NO_ID, `${ns.name}: k${kid}`);
          }
        });
      }),
      MANY,
    );
    assert.ok(written > 20, `only ${written} maps were written`);
  });

  test(`every id that a task is shown of itself leads back to the same kernel id, or is the overflow id, on ${engine.name}`, () => {
    fc.assert(
      fc.property(runs, (run) => {
        make(run, engine, (_, { task: { cred }, call, verdict }) => {
          if (call !== "creds" || !verdict.ok) return;
          const { uid } = verdict.value;
          assert.ok(Array.isArray(uid) && isValidKuid64(cred.uid.real));
          const own = mapUp(cred.userNs.maps.uid, cred.uid.real.id);
          assert.equal(uid[0], own === NO_ID ? 65534 : own);
        });
      }),
      MANY,
    );
  });
}

const [first, ...others] = ENGINES;
for (const other of others)
  test(`${first?.name} and ${other.name} give the same answers`, () => {
    assert.ok(first);
    fc.assert(
      fc.property(runs, (run) => {
        const ignore = () => {};
        assert.deepEqual(make(run, first, ignore), make(run, other, ignore));
      }),
      MANY,
    );
  });
