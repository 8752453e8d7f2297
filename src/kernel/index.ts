/**
 * The rules of Linux, under their Linux names: namespaces, credentials, mounts and every check that an id decides.
 *
 * A world holds state, a call changes it or is refused, and each check is a verdict that names its rule. It is not a
 * kernel: it schedules nothing, reads no file and knows no system but the world it is given. It may import core, whose
 * files it takes one by one: who loads this layer loads no engine.
 *
 * What a world holds comes first, then ids on their way, questions, and calls. What stands in none of these lists is a
 * step of one of them, and is not for other layers.
 */

// Calls, and what they take.
export * from "./access.ts";
// Questions.
export { aclFromBytes, aclToBytes } from "./acl-bytes.ts";
export { checkAcl } from "./acl-permission.ts";
// What a setup puts there by itself.
export { validateAcl } from "./acl-valid.ts";
export * from "./acl-xattr.ts";
export * from "./attributes.ts";
// Questions.
export * from "./bulk-access.ts";
export * from "./bulk-view.ts";
// What a world holds.
export * from "./capability.ts";
export * from "./capability-xattr.ts";
export * from "./capset.ts";
export * from "./cgroup.ts";
export * from "./cgroup-namespace.ts";
export * from "./create.ts";
export * from "./create-user-namespace.ts";
export * from "./cred.ts";
export { STOPPING_SIGNALS } from "./deliver-signal.ts";
export { addEntry, entryAt } from "./directory.ts";
export * from "./errno.ts";
export * from "./exec.ts";
export * from "./exec-file.ts";
export * from "./file-capability.ts";
export * from "./file-user.ts";
export * from "./filesystem-type.ts";
export * from "./fork.ts";
export * from "./fsid.ts";
export * from "./fsid-cred.ts";
export * from "./fsid-map.ts";
export * from "./fsid-map-write.ts";
export * from "./fsid-modes.ts";
export * from "./fsid-mount-map.ts";
export * from "./iattr.ts";
export * from "./id-functions.ts";
export * from "./idmapped-mount.ts";
export * from "./inode.ts";
export * from "./inode-permission.ts";
export * from "./ipc-namespace.ts";

// Ids on their way.
export * from "./isolated.ts";
export * from "./isolation-switches.ts";
export * from "./key.ts";
export * from "./key-attributes.ts";
export * from "./key-link.ts";
export * from "./key-lookup.ts";
export * from "./key-permission.ts";
export * from "./key-quota.ts";
export * from "./keyctl.ts";
export * from "./keyrings.ts";
export * from "./kid-list.ts";
export * from "./kill-priv.ts";
export * from "./kuid-column.ts";
export * from "./link.ts";
export * from "./loginuid.ts";
export * from "./map-file.ts";
export * from "./map-slot.ts";
export { beforeNul, formatMap, type LineFault, parseMapText } from "./map-text.ts";
export * from "./map-write.ts";
export * from "./mnt-idmapping.ts";
export * from "./mode.ts";
export * from "./mount.ts";
export * from "./mount-at.ts";
export * from "./mountinfo.ts";
export * from "./namespace-numbers.ts";
export * from "./net-namespace.ts";
export * from "./ns-capable.ts";
export * from "./nsproxy.ts";
export * from "./open.ts";
export * from "./open-map-file.ts";
export * from "./overlay-mount.ts";
export * from "./owner-numbers.ts";
export * from "./path.ts";
export * from "./path-entry.ts";
export * from "./path-guard.ts";
export * from "./path-name.ts";
export * from "./permission.ts";
export * from "./pid-namespace.ts";
export * from "./pile.ts";
export * from "./pipe.ts";
export * from "./pipe-pages.ts";
export * from "./policy-routing.ts";
export * from "./posix-acl.ts";
export * from "./prctl.ts";
export * from "./priority.ts";
export * from "./proc.ts";
export * from "./proc-file.ts";
export { isFixedProcFile } from "./proc-mount.ts";
export * from "./process.ts";
export * from "./process-setting.ts";
export * from "./profile.ts";
export * from "./pseudo-files.ts";
export * from "./ptrace.ts";
export * from "./rename.ts";
export * from "./routes.ts";
export * from "./safesetid.ts";
export * from "./scm.ts";
export * from "./securityfs-mount.ts";
export * from "./session-keyring.ts";
export * from "./setgroups.ts";
export * from "./setid.ts";
export * from "./setid-policies.ts";
export * from "./setns.ts";
export * from "./setusers.ts";
export * from "./setusers-switches.ts";
export * from "./shiftfs.ts";
export * from "./shiftfs-mount.ts";
export * from "./show.ts";
export * from "./signal.ts";
export * from "./socket.ts";
export * from "./stat.ts";
export * from "./sysv-ipc.ts";
export * from "./task.ts";
export * from "./tmpfs-mount.ts";
export * from "./trail.ts";
export * from "./translators.ts";
export * from "./ucounts.ts";
export * from "./uidgid.ts";
export * from "./unlink.ts";
export * from "./user-namespace.ts";
export * from "./uts-namespace.ts";
export * from "./verdict.ts";
export * from "./world.ts";
export * from "./xattr.ts";
