import { attachTree } from "../idmapped-mount.ts";
import type { Passthrough } from "../shiftfs.ts";
import { ioctlShiftfs, mountShiftfs, remountShiftfs } from "../shiftfs-mount.ts";
import { allow } from "../verdict.ts";
import { type Argument, flag, listOf, namedIn, oneOf, optional, scenarioError, text } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";
import { newMount } from "./mount-name.ts";
import { path } from "./path-argument.ts";

const PASSTHROUGHS = [0, 1, 2, 3] as const satisfies readonly Passthrough[];

const passthrough: Argument<Passthrough> = {
  schema: { enum: PASSTHROUGHS },
  isOptional: false,
  read: (value, where) => {
    const known = PASSTHROUGHS.find((bits) => bits === value);
    if (known === undefined) throw scenarioError(where, "0, 1 for statfs, 2 for ioctls, or 3", value);
    return known;
  },
};

const FLAGS = { ro: "isReadOnly", nosuid: "isNosuid", nodev: "isNodev", noexec: "isNoexec" } as const;
const flags = optional(listOf(oneOf("ro", "nosuid", "nodev", "noexec")), []);
const mount = namedIn("mount", (world) => world.mounts);

/** shiftfs, a type of file system that Ubuntu had. */
export const SHIFTFS_CALLS: CallTable = [
  defineCall(
    "mount_shiftfs",
    { path, mark: optional(flag, false), passthrough: optional(passthrough, 0), flags, attach: newMount },
    (world, task, { path, mark, passthrough, flags, attach }) => {
      const request = { path, isMark: mark, passthrough, flags: flags.map((name) => FLAGS[name]) };
      const tree = mountShiftfs(world, task, request, attach);
      if (!tree.ok) return tree;
      attachTree(world, task, tree.value, attach);
      return allow(NOTHING);
    },
  ),
  defineCall(
    "remount_shiftfs",
    { mount, passthrough: optional(passthrough, 0), flags },
    (_, task, { mount, passthrough, flags }) =>
      plain(remountShiftfs(task, mount, { passthrough, flags: flags.map((name) => FLAGS[name]) })),
  ),
  defineCall("ioctl", { path, request: text }, (world, task, { path, request }) =>
    plain(ioctlShiftfs(world, task, path, request)),
  ),
];
