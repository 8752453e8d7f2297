import { addKey, describeKey } from "../keys.ts";
import { shmget, shmSetOwner, shmStat } from "../sysv-ipc.ts";
import { allow, atStage } from "../verdict.ts";
import { id, integer, mode, optional, text } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";

/** Keys of process keyrings, by their descriptions. */
const KEY_CALLS: CallTable = [
  defineCall("add_key", { key: text }, (world, task, { key }) => {
    addKey(world, task, key);
    return allow(NOTHING);
  }),
  defineCall("key_describe", { key: text }, (world, task, { key }) => {
    const found = describeKey(world, task, key);
    return found.ok ? allow({ ...found.value }, found.rule) : found;
  }),
];

/** System V shared memory, each call by the key of a segment. */
const SHM_CALLS: CallTable = [
  defineCall("shmget", { key: integer, mode: optional(mode, 0o600) }, (world, task, { key, mode }) => {
    const got = shmget(world, task, key, mode);
    return got.ok ? allow(NOTHING, got.rule) : got;
  }),
  defineCall("shm_stat", { key: integer }, (world, task, { key }) => {
    const got = atStage(shmget(world, task, key, null), "shmget");
    if (!got.ok) return got;
    const stat = shmStat(world, task, got.value);
    return stat.ok ? allow({ ...stat.value }, stat.rule) : stat;
  }),
  defineCall("shm_set", { key: integer, uid: id, gid: id }, (world, task, { key, uid, gid }) => {
    const got = atStage(shmget(world, task, key, null), "get");
    if (!got.ok) return got;
    const held = atStage(shmStat(world, task, got.value), "get");
    return held.ok ? plain(shmSetOwner(world, task, got.value, uid, gid)) : held;
  }),
];

export const IPC_CALLS: CallTable = [...KEY_CALLS, ...SHM_CALLS];
