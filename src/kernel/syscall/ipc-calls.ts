import { isFullSize, makePipes, writePipePages } from "../pipe-pages.ts";
import { shmget, shmSetOwner, shmStat } from "../sysv-ipc.ts";
import { allow, atStage } from "../verdict.ts";
import { id, integer, mode, natural, optional, settingText } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";

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

/** Pipes, and the setting of the machine that limits them. */
const PIPE_CALLS: CallTable = [
  defineCall("pipe_many", { count: natural }, (world, task, { count }) => {
    const { value: pipes, rule, because } = makePipes(world, task, count);
    return allow({ pipes: count, full_size: pipes.filter(isFullSize).length }, rule, because);
  }),
  defineCall("pipe_user_pages_write", { pages: settingText }, (world, task, { pages }) =>
    plain(writePipePages(world, task, pages)),
  ),
  defineCall("pipe_user_pages_read", {}, (world) => allow({ pages: world.pipePages })),
];

export const IPC_CALLS: CallTable = [...SHM_CALLS, ...PIPE_CALLS];
