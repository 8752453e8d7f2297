/** System V shared memory on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import type { SysResult } from "./agent.ts";
import { modeOf, numberOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

const IPC_CREAT = 0o1000;
const IPC_SET = 1;
const IPC_STAT = 2;
const SEGMENT_BYTES = 4096;
const SHMID_DS_BYTES = 112;

/** struct shmid64_ds begins with the key; then uid, gid, cuid and cgid, 4 bytes each. */
const OFFSETS = { uid: 4, gid: 8, cuid: 12, cgid: 16 } as const;

/** The segment of a key that is there, and what IPC_STAT tells of it. */
async function statOf({ agent }: LiveWorld, { proc }: LiveTask, args: Values): Promise<[SysResult, SysResult | null]> {
  const got = await agent.sys(proc, "shmget", numberOf(args, "key"), 0, 0);
  if (got.errno !== null) return [got, null];
  return [got, await agent.sys(proc, "shmctl", got.result, IPC_STAT, { out: SHMID_DS_BYTES })];
}

export const IPC_CALLS: LiveCalls = {
  shmget: async ({ agent }, { proc }, args) => {
    const mode = modeOf(args, "mode", "0600");
    return recorded(await agent.sys(proc, "shmget", numberOf(args, "key"), SEGMENT_BYTES, IPC_CREAT | mode));
  },
  shm_stat: async (live, task, args) => {
    const [got, stat] = await statOf(live, task, args);
    if (!stat) return recorded(got, "shmget");
    const bytes = stat.buffers[0];
    if (stat.errno !== null || !bytes) return recorded(stat);
    const ids = Object.entries(OFFSETS).map(([name, at]) => [name, bytes.readUInt32LE(at)]);
    return { ok: true, ...Object.fromEntries(ids) };
  },
  shm_set: async (live, task, args) => {
    const [got, stat] = await statOf(live, task, args);
    const bytes = stat?.buffers[0];
    if (!stat || stat.errno !== null || !bytes) return recorded(stat ?? got, "get");
    bytes.writeUInt32LE(numberOf(args, "uid"), OFFSETS.uid);
    bytes.writeUInt32LE(numberOf(args, "gid"), OFFSETS.gid);
    return recorded(await live.agent.sys(task.proc, "shmctl", got.result, IPC_SET, bytes));
  },
};
