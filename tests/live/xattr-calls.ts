/** ACLs and file capabilities on the running kernel, as the bytes of their extended attributes. */
import { decodeCapability, encodeCapability } from "../../src/kernel/capability-xattr.ts";
import { showCaps } from "../../src/kernel/show.ts";
import { acl as aclArgument, fileCapability } from "../../src/kernel/syscall/acl-argument.ts";
import type { Values } from "../../src/kernel/syscall/call.ts";
import { NotRun, type SysResult } from "./agent.ts";
import { textOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import { pathOf } from "./file-calls.ts";
import { ACL_TAG_NUMBERS, aclBytes, NO_ACL_ID } from "./files.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

const XATTR_BYTES = 4096;
const CAPABILITY = "security.capability";

const aclName = (args: Values) => `system.posix_acl_${textOf(args, "type", "access")}`;

function set(live: LiveWorld, { proc }: LiveTask, args: Values, name: string, value: Uint8Array): Promise<SysResult> {
  return live.agent.sys(proc, "lsetxattr", pathOf(live, args), name, value, value.length, 0);
}

function remove(live: LiveWorld, { proc }: LiveTask, args: Values, name: string): Promise<SysResult> {
  return live.agent.sys(proc, "lremovexattr", pathOf(live, args), name);
}

/** An attribute, read and shown, or the errno. */
async function get(
  live: LiveWorld,
  { proc }: LiveTask,
  args: Values,
  name: string,
  show: (value: Buffer) => Values,
): Promise<Values> {
  const got = await live.agent.sys(proc, "lgetxattr", pathOf(live, args), name, { out: XATTR_BYTES }, XATTR_BYTES);
  const value = got.buffers[0];
  return got.errno === null && value ? { ok: true, ...show(value.subarray(0, got.result)) } : recorded(got);
}

const TAG_NAMES = new Map(Object.entries(ACL_TAG_NUMBERS).map(([name, number]) => [number, name]));

function showAcl(bytes: Buffer): Values {
  const acl: unknown[] = [];
  for (let at = 4; at < bytes.length; at += 8) {
    const tag = TAG_NAMES.get(bytes.readUInt16LE(at));
    const isNamed = tag === "user" || tag === "group";
    acl.push([tag, isNamed ? bytes.readUInt32LE(at + 4) : null, bytes.readUInt16LE(at + 2)]);
  }
  return { acl };
}

function showCapability(bytes: Buffer): Values {
  const held = decodeCapability(bytes);
  if (!held) throw new NotRun(`security.capability reads ${bytes.toString("hex")}`);
  const { version, isEffective, permitted, inheritable, rootId } = held;
  const root = version === 3 ? { rootid: rootId } : {};
  return { fcap: { v: version, eff: isEffective, perm: showCaps(permitted), inh: showCaps(inheritable), ...root } };
}

export const XATTR_CALLS: LiveCalls = {
  acl_set: async (live, task, args) => {
    const entries = aclArgument.read(args.acl, "acl", live.world);
    const value = aclBytes(
      entries.map(({ tag, id, perm }) => ({ tag: ACL_TAG_NUMBERS[tag], perm, id: id ?? NO_ACL_ID })),
    );
    return recorded(await set(live, task, args, aclName(args), value));
  },
  acl_get: (live, task, args) => get(live, task, args, aclName(args), showAcl),
  acl_remove: async (live, task, args) => recorded(await remove(live, task, args, aclName(args))),
  fcap_set: async (live, task, args) =>
    recorded(
      await set(live, task, args, CAPABILITY, encodeCapability(fileCapability.read(args.fcap, "fcap", live.world))),
    ),
  fcap_get: (live, task, args) => get(live, task, args, CAPABILITY, showCapability),
  fcap_remove: async (live, task, args) => recorded(await remove(live, task, args, CAPABILITY)),
};
