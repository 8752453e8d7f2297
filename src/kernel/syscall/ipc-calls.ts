import { shmget, shmSetOwner, shmStat } from "../sysv-ipc.ts";
import { allow, atStage } from "../verdict.ts";
import { id, integer, mode, optional } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";

/** System V shared memory, each call by the key of a segment. */
export const IPC_CALLS: CallTable = [
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
