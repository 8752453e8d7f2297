import { setCaps } from "../capset.ts";
import { SECUREBIT_NAMES, SECUREBITS } from "../cred.ts";
import { dropFromBounding, getSecurebits, raiseAmbient, setDumpable, setNoNewPrivs, setSecurebits } from "../prctl.ts";
import { readSetidPolicy, writeSetidPolicy } from "../safesetid.ts";
import { setGroups } from "../setgroups.ts";
import { setFsId, setId, setReId, setResId } from "../setid.ts";
import { showCapSets, showGroups, showIds } from "../show.ts";
import { allow, type Verdict } from "../verdict.ts";
import {
  capabilities,
  capability,
  id,
  integer,
  listOf,
  oneOf,
  optional,
  scenarioError,
  task as taskName,
  text,
} from "./argument.ts";
import { type CallTable, defineCall, plain, type Values } from "./call.ts";

function oldId(verdict: Verdict<number>): Verdict<Values> {
  return verdict.ok ? allow({ old: verdict.value }, verdict.rule) : verdict;
}

const SETID_CALLS: CallTable = [
  defineCall("setuid", { uid: id }, (world, task, { uid }) => plain(setId(world, task, "uid", uid))),
  defineCall("setgid", { gid: id }, (world, task, { gid }) => plain(setId(world, task, "gid", gid))),
  defineCall("setreuid", { r: id, e: id }, (world, task, { r, e }) => plain(setReId(world, task, "uid", r, e))),
  defineCall("setregid", { r: id, e: id }, (world, task, { r, e }) => plain(setReId(world, task, "gid", r, e))),
  defineCall("setresuid", { r: id, e: id, s: id }, (world, task, { r, e, s }) =>
    plain(setResId(world, task, "uid", r, e, s)),
  ),
  defineCall("setresgid", { r: id, e: id, s: id }, (world, task, { r, e, s }) =>
    plain(setResId(world, task, "gid", r, e, s)),
  ),
  defineCall("setfsuid", { uid: id }, (world, task, { uid }) => oldId(setFsId(world, task, "uid", uid))),
  defineCall("setfsgid", { gid: id }, (world, task, { gid }) => oldId(setFsId(world, task, "gid", gid))),
  defineCall("safesetid_read", { kind: oneOf("uid", "gid") }, (world, task, { kind }) => {
    const held = readSetidPolicy(world, task, kind);
    return held.ok ? allow({ text: held.value }, held.rule) : held;
  }),
  defineCall("safesetid_write", { kind: oneOf("uid", "gid"), text }, (world, task, { kind, text }) =>
    plain(writeSetidPolicy(world, task, kind, text)),
  ),
  defineCall("setgroups", { groups: listOf(id) }, (world, task, { groups }) => plain(setGroups(world, task, groups))),
];

const GETTER_CALLS: CallTable = [
  defineCall("getresuid", {}, (world, { cred }) =>
    allow({ uid: showIds(world, cred.userNs, cred, "uid").slice(0, 3) }),
  ),
  defineCall("getuid", {}, (world, { cred }) => {
    const [uid, euid] = showIds(world, cred.userNs, cred, "uid");
    const [gid, egid] = showIds(world, cred.userNs, cred, "gid");
    return allow({ uid, euid, gid, egid });
  }),
  defineCall("creds", {}, (world, { cred }) =>
    allow({
      uid: showIds(world, cred.userNs, cred, "uid"),
      gid: showIds(world, cred.userNs, cred, "gid"),
      groups: showGroups(world, cred.userNs, cred),
      caps: showCapSets(cred),
    }),
  ),
  defineCall("view", { of: taskName }, (world, { cred: { userNs } }, { of }) =>
    allow({
      uid: showIds(world, userNs, of.cred, "uid"),
      gid: showIds(world, userNs, of.cred, "gid"),
      groups: showGroups(world, userNs, of.cred),
    }),
  ),
];

const CAPABILITY_CALLS: CallTable = [
  defineCall(
    "capset",
    { eff: capabilities, perm: capabilities, inh: optional(capabilities, undefined) },
    (world, task, { eff, perm, inh }) =>
      plain(setCaps(world, task, { effective: eff, permitted: perm, inheritable: inh ?? 0n })),
  ),
  defineCall(
    "prctl",
    {
      op: oneOf("securebits", "get_securebits", "dumpable", "get_dumpable", "nnp", "ambient_raise", "bset_drop"),
      bits: optional(listOf(oneOf(...SECUREBIT_NAMES)), undefined),
      v: optional(integer, undefined),
      cap: optional(capability, undefined),
    },
    (world, task, { op, bits, v, cap }, where) => {
      const needs = <T>(key: string, value: T | undefined): T => {
        if (value === undefined) throw scenarioError(`${where}.${key}`, `a value with op ${op}`, value);
        return value;
      };
      switch (op) {
        case "securebits":
          return plain(
            setSecurebits(
              world,
              task,
              needs("bits", bits).reduce((set, name) => set | SECUREBITS[name], 0),
            ),
          );
        case "get_securebits":
          return allow({ v: getSecurebits(task) });
        case "dumpable":
          return plain(setDumpable(task, needs("v", v)));
        case "get_dumpable":
          return allow({ v: task.dumpable });
        case "nnp":
          return plain(setNoNewPrivs(task));
        case "ambient_raise":
          return plain(raiseAmbient(world, task, needs("cap", cap)));
        case "bset_drop":
          return plain(dropFromBounding(world, task, needs("cap", cap)));
      }
    },
  ),
];

export const ID_CALLS: CallTable = [...SETID_CALLS, ...GETTER_CALLS, ...CAPABILITY_CALLS];
