/** What tasks may do in trees of isolated and classical namespaces: the model answers what the formulas say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { ISOLATION_SWITCHES, isIsolationSwitch, isolatedProfile } from "../../src/kernel/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { type ActedFile, ActFormulas, type Actor } from "../suites/isolated-acts.ts";
import { edgesOf, type Kid, TreeFormulas, type TreeNode, trees } from "../suites/isolated-trees.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const switches = fc.subarray(Object.keys(ISOLATION_SWITCHES).filter(isIsolationSwitch));
const draws = fc.array(fc.nat(), { minLength: 60, maxLength: 60 });

/** Numbers that come one after the other, and then from the start again. */
function pickerOf(numbers: readonly number[]) {
  let next = 0;
  const number = () => numbers[next++ % numbers.length] ?? 0;
  return { number, of: <T>(list: readonly T[], otherwise: T): T => list[number() % list.length] ?? otherwise };
}

const ROOT: Actor = { at: 0, uid: [0, 0], gid: [0, 0], groups: [], isCapable: true };

const nameOf = (at: number) => (at === 0 ? "init" : `n${at}`);

/** A step, and what the formulas say of its answer. */
interface Asked {
  readonly step: { readonly [key: string]: unknown };
  readonly answers: { readonly [key: string]: unknown };
}

/** An answer of the formulas, as a step has it. */
const said = (answer: string) => (answer === "ok" ? { ok: true } : { errno: answer });

function worldOf(tree: readonly TreeNode[], on: readonly string[], numbers: readonly number[]) {
  const pick = pickerOf(numbers);
  const isolated = tree.flatMap(({ isIsolated }, at) => (isIsolated ? [at] : []));
  const users = { uid: edgesOf(tree, "uid"), gid: edgesOf(tree, "gid") };
  const valid = { uid: users.uid.filter((id) => id !== NO_ID), gid: users.gid.filter((id) => id !== NO_ID) };
  const acts = new ActFormulas(tree, on.filter(isIsolationSwitch));
  const forms = { uid: new TreeFormulas(tree, "uid", []), gid: new TreeFormulas(tree, "gid", []) };
  /** A kernel id: often one that a number of some namespace stands for. */
  const kid = (kind: "uid" | "gid", at: number): Kid => {
    const made = forms[kind].makeKid(at, pick.of(valid[kind], 0));
    if (pick.number() % 4 !== 0 && made[0] !== NO_ID) return made;
    const of = pick.of([0, ...isolated], 0);
    return [pick.of(valid[kind], 0), of === 0 ? 0 : (tree[of]?.number ?? 0)];
  };
  const written = ([id, number]: Kid) =>
    number === 0 ? id : `${id}@${nameOf(tree.findIndex((node) => node.isIsolated && node.number === number))}`;
  const actors = tree.flatMap((_, at) =>
    [0, 1].map((): Actor => {
      const groups = pick.number() % 2 === 0 ? [] : [kid("gid", at)];
      return { at, uid: kid("uid", at), gid: kid("gid", at), groups, isCapable: pick.number() % 2 === 0 };
    }),
  );
  const files = Array.from({ length: 8 }, (): ActedFile => {
    const owner = pick.of(actors, ROOT);
    const isOwned = pick.number() % 3 !== 0;
    return {
      filesystem: pick.number() % tree.length,
      uid: isOwned ? owner.uid : kid("uid", owner.at),
      gid: isOwned ? owner.gid : kid("gid", owner.at),
      mode: pick.of([0o600, 0o640, 0o660, 0o604, 0o070, 0o000, 0o624], 0o600),
      named:
        pick.number() % 2 === 0
          ? null
          : { uid: pick.of(actors, owner).uid, bits: pick.number() % 8, groupBits: pick.number() % 8 },
    };
  });
  const setup = {
    namespaces: tree.slice(1).map(({ parent, creator, lines, isIsolated, number }, index) => ({
      name: nameOf(index + 1),
      parent: nameOf(parent),
      owner: [written(forms.uid.makeKid(parent, creator.uid)), written(forms.gid.makeKid(parent, creator.gid))],
      uid_map: lines.uid.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]),
      gid_map: lines.gid.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]),
      isolated: isIsolated,
      number,
    })),
    filesystems: tree.map((_, at) => ({
      name: `fs${at}`,
      type: "tmpfs",
      ...(at === 0 ? {} : { user_ns: nameOf(at) }),
      root: { uid: 0, gid: 0, mode: "0777" },
    })),
    files: files.map(({ filesystem, uid, gid, mode, named }, index) => ({
      fs: `fs${filesystem}`,
      path: `f${index}`,
      uid: written(uid),
      gid: written(gid),
      mode: mode.toString(8).padStart(4, "0"),
      ...(named === null
        ? {}
        : {
            acl: [
              ["user_obj", null, mode >> 6],
              ["user", written(named.uid), named.bits],
              ["group_obj", null, named.groupBits],
              ["mask", null, (mode >> 3) & 7],
              ["other", null, mode & 7],
            ],
          }),
    })),
    tasks: actors.map(({ at, uid, gid, groups, isCapable }, index) => ({
      name: `t${index}`,
      ...(at === 0 ? {} : { ns: nameOf(at) }),
      uid: written(uid),
      gid: written(gid),
      groups: groups.map(written),
      caps: isCapable ? "all" : "none",
    })),
  };
  const ids = { uid: [...users.uid, 50], gid: [...users.gid, 50] };
  const asked: Asked[] = [];
  const ask = (by: number, call: string, args: object, answers: object) =>
    asked.push({ step: { task: `t${by}`, call, ...args }, answers: { ...answers } });
  for (const [by, task] of actors.entries()) {
    for (const [other, target] of actors.entries())
      if (other !== by) ask(by, "kill", { target: `t${other}`, sig: 0 }, said(acts.kill(task, target)));
    for (const [index, file] of files.entries()) {
      const path = `fs${file.filesystem}:f${index}`;
      for (const [acc, mask] of [
        ["r", 4],
        ["w", 2],
        ["rw", 6],
      ] as const)
        ask(by, "open", { path, acc }, said(acts.open(task, file, mask)));
      const { uid, gid } = file;
      ask(by, "stat", { path }, { uid: acts.shown("uid", task, uid), gid: acts.shown("gid", task, gid) });
      if (file.named) ask(by, "acl_get", { path }, { user: acts.aclUser(task, file.named.uid) });
    }
    const filesystem = pick.number() % tree.length;
    ask(by, "mkdir", { path: `fs${filesystem}:made${by}` }, said(acts.create(task, filesystem)));
  }
  // What is changed is asked about once: each file and each task by one step.
  for (const [index, file] of files.entries()) {
    const by = pick.number() % actors.length;
    const task = actors[by];
    const path = `fs${file.filesystem}:f${index}`;
    assert.ok(task);
    if (index % 2 === 0) {
      const [uid, gid] = [pick.of(ids.uid, 0), pick.of(ids.gid, 0)];
      const given = acts.chown(task, file, uid, gid);
      ask(by, "chown", { path, uid, gid }, said(typeof given === "string" ? given : "ok"));
      const owners = typeof given === "string" ? [file.uid, file.gid] : given;
      asked.push({
        step: { task: "@root", call: "raw_inode", path },
        answers: { uid: owners[0], gid: owners[1] },
      });
    } else {
      const user = pick.of(ids.uid, 0);
      const acl = [
        ["user_obj", null, 6],
        ["user", user, 7],
        ["group_obj", null, 4],
        ["mask", null, 7],
        ["other", null, 4],
      ];
      ask(by, "acl_set", { path, acl }, said(acts.setAcl(task, file, user)));
    }
  }
  for (const [by, task] of actors.entries()) {
    const [uid, gid] = [pick.of(ids.uid, 0), pick.of(ids.gid, 0)];
    const groups = [pick.of(ids.gid, 0)];
    ask(by, "setgroups", { groups }, said(acts.setgroups(task, groups)));
    const group = acts.setid("gid", task, gid);
    ask(by, "setgid", { gid }, said(typeof group === "string" ? group : "ok"));
    const user = acts.setid("uid", task, uid);
    ask(by, "setuid", { uid }, said(typeof user === "string" ? user : "ok"));
    const now = [typeof user === "string" ? task.uid : user, typeof group === "string" ? task.gid : group];
    ask(by, "raw_creds", {}, { uid: [now[0], now[0], now[0], now[0]], gid: [now[1], now[1], now[1], now[1]] });
  }
  return { setup, asked };
}

/** What an answer has under the keys that are compared. */
function told(result: { readonly [key: string]: unknown }, keys: readonly string[]) {
  const acl = Array.isArray(result.acl)
    ? result.acl.find((entry) => Array.isArray(entry) && entry[0] === "user")
    : null;
  const all = new Map<string, unknown>(Object.entries({ ...result, ...(acl ? { user: acl[1] } : {}) }));
  return Object.fromEntries(keys.map((key) => [key, all.get(key)]));
}

for (const engine of ENGINES)
  test(`files, ACLs, signals and changes of ids answer what the formulas say, in any tree, on ${engine.name}`, () =>
    fc.assert(
      fc.property(trees, switches, draws, (tree, on, numbers) => {
        const { setup, asked } = worldOf(tree, on, numbers);
        const scenario = loadScenario({
          version: 1,
          profile: isolatedProfile(on).name,
          setup,
          steps: asked.map(({ step }) => step),
        });
        for (const [index, { result }] of replay(scenario, engine).entries()) {
          const { step, answers } = asked[index] ?? { step: {}, answers: {} };
          assert.deepEqual(told(result, Object.keys(answers)), answers, JSON.stringify(step));
        }
      }),
      { numRuns: 25 },
    ));
