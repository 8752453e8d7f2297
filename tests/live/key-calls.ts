/** Keys and keyrings on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { AT_FDCWD, NotRun, type SysArg, type SysResult } from "./agent.ts";
import { numberOf, textOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** Operations of keyctl(2). */
const KEYCTL = {
  number: 0,
  joinSession: 1,
  chown: 4,
  setperm: 5,
  describe: 6,
  link: 8,
  unlink: 9,
  search: 10,
  read: 11,
  getPersistent: 22,
} as const;

/** Keyrings by what they are. */
const SPECIAL: { readonly [name: string]: number } = { "@t": -1, "@p": -2, "@s": -3, "@u": -4, "@us": -5 };

/** A number that no key has. */
const NO_KEY = 0x7fff_ffff;
const LEAVE = 0xffff_ffff;
const TEXT_BYTES = 256;
const FILE_BYTES = 8192;

/** The numbers of keys, by the names that steps gave them. */
const numbers = new WeakMap<LiveWorld, Map<string, number>>();

function numbersIn(live: LiveWorld): Map<string, number> {
  const known = numbers.get(live) ?? new Map<string, number>();
  numbers.set(live, known);
  return known;
}

function keyOf(live: LiveWorld, args: Values, name: string, absent?: string): number {
  const key = textOf(args, name, absent);
  return SPECIAL[key] ?? numbersIn(live).get(key) ?? NO_KEY;
}

const idOf = (args: Values, name: string) => numberOf({ ...args, [name]: args[name] ?? LEAVE }, name);

function keyctl({ agent }: LiveWorld, { proc }: LiveTask, operation: keyof typeof KEYCTL, ...args: readonly SysArg[]) {
  return agent.sys(proc, "keyctl", KEYCTL[operation], ...args);
}

/** As often as `MEMBARRIER_CMD_GLOBAL` has to return until what was let go before is freed. */
const GRACE_PERIODS = 3;
const MEMBARRIER_CMD_GLOBAL = 1;

/** Wait until a key that no keyring holds any more is gone: the kernel lets go of what one held a while after. */
async function settle({ agent }: LiveWorld, { proc }: LiveTask): Promise<void> {
  for (let passed = 0; passed < GRACE_PERIODS; passed++)
    await agent.sys(proc, "membarrier", MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/** The lines of a file of /proc, as the task reads it. */
async function linesOf({ agent }: LiveWorld, { proc }: LiveTask, name: string): Promise<readonly string[]> {
  const opened = await agent.sys(proc, "openat", AT_FDCWD, `${agent.procPath}/${name}`, 0, 0);
  let text = "";
  for (;;) {
    const read = await agent.sys(proc, "read", opened.result, { out: FILE_BYTES }, FILE_BYTES);
    if (read.errno !== null) throw new NotRun(`/proc/${name}: ${read.errno}`);
    if (read.result === 0) break;
    text += String(read.buffers[0]?.subarray(0, read.result));
  }
  await agent.sys(proc, "close", opened.result);
  return text.split("\n");
}

/** Remember the number that a call gave, under the name that the step gives it. */
function naming(live: LiveWorld, args: Values, done: SysResult, absent?: string): Values {
  const name = args.as ?? absent;
  if (done.errno === null && typeof name === "string") numbersIn(live).set(name, done.result);
  return recorded(done);
}

function add({ agent }: LiveWorld, { proc }: LiveTask, type: string, description: string, bytes: number, ring: number) {
  return agent.sys(proc, "add_key", type, description, "x".repeat(bytes), bytes, ring);
}

export const KEY_CALLS: LiveCalls = {
  add_key: async (live, task, args) => {
    const type = textOf(args, "type", "user");
    const bytes = numberOf(args, "bytes", type === "user" ? 1 : 0);
    const key = textOf(args, "key");
    return naming(live, args, await add(live, task, type, key, bytes, keyOf(live, args, "ring", "@p")), key);
  },
  add_keys: async (live, task, args) => {
    const count = numberOf(args, "count");
    const ring = keyOf(live, args, "ring", "@p");
    for (let added = 0; added < count; added++) {
      const { errno } = await add(live, task, "user", `q${added}`, 1, ring);
      if (errno !== null) return { ok: true, added, refused: errno };
    }
    return { ok: true, added: count, refused: null };
  },
  key_describe: async (live, task, args) => {
    const described = await keyctl(live, task, "describe", keyOf(live, args, "key"), { out: TEXT_BYTES }, TEXT_BYTES);
    if (described.errno !== null) return recorded(described);
    const text = String(described.buffers[0]?.subarray(0, described.result - 1));
    const [type, uid, gid, perm, ...description] = text.split(";");
    // The kernel writes ids as signed numbers.
    return {
      ok: true,
      type,
      uid: Number(uid) >>> 0,
      gid: Number(gid) >>> 0,
      perm,
      description: description.join(";"),
    };
  },
  key_read: async (live, task, args) => {
    const read = await keyctl(live, task, "read", keyOf(live, args, "key"), 0, 0);
    return read.errno === null ? { ok: true, n: read.result } : recorded(read);
  },
  key_search: async (live, task, args) => {
    const into = typeof args.into === "string" ? keyOf(live, args, "into") : 0;
    const ring = keyOf(live, args, "ring");
    const type = textOf(args, "type", "user");
    return naming(live, args, await keyctl(live, task, "search", ring, type, textOf(args, "description"), into));
  },
  key_link: async (live, task, args) =>
    recorded(await keyctl(live, task, "link", keyOf(live, args, "key"), keyOf(live, args, "ring"))),
  key_unlink: async (live, task, args) => {
    const unlinked = await keyctl(live, task, "unlink", keyOf(live, args, "key"), keyOf(live, args, "ring"));
    await settle(live, task);
    return recorded(unlinked);
  },
  key_chown: async (live, task, args) =>
    recorded(await keyctl(live, task, "chown", keyOf(live, args, "key"), idOf(args, "uid"), idOf(args, "gid"))),
  key_setperm: async (live, task, args) =>
    recorded(await keyctl(live, task, "setperm", keyOf(live, args, "key"), Number.parseInt(textOf(args, "perm"), 16))),
  key_get_persistent: async (live, task, args) =>
    naming(live, args, await keyctl(live, task, "getPersistent", idOf(args, "uid"), keyOf(live, args, "ring", "@p"))),
  key_listed: async (live, task, args) => {
    const serial = (numbersIn(live).get(textOf(args, "key")) ?? NO_KEY).toString(16).padStart(8, "0");
    const lines = await linesOf(live, task, "keys");
    return { ok: true, listed: lines.some((line) => line.startsWith(`${serial} `)) };
  },
  key_user_listed: async (live, task, args) => {
    await settle(live, task);
    const line = (await linesOf(live, task, "key-users")).find((one) => Number.parseInt(one, 10) === idOf(args, "uid"));
    // "uid: usage all/instantiated keys/most bytes/most"
    const [, keys, bytes] = /(\d+)\/\d+ (\d+)\/\d+$/.exec(line ?? "0/0 0/0") ?? [];
    return { ok: true, keys: Number(keys), bytes: Number(bytes) };
  },
  key_join_session: async (live, task, args) => {
    const joined = await keyctl(live, task, "joinSession", typeof args.name === "string" ? args.name : 0);
    // The number of the keyring that was the session's already is not told.
    const isSame = joined.errno === null && joined.result === 0;
    return naming(live, args, isSame ? await keyctl(live, task, "number", SPECIAL["@s"] ?? NO_KEY, 0) : joined);
  },
};
