/**
 * The rules of Linux, under their Linux names: namespaces, credentials, mounts and every check that an id decides.
 *
 * A world holds state, a call changes it or is refused, and each check is a verdict that names its rule. It is not a
 * kernel: it schedules nothing, reads no file and knows no system but the world it is given. It may import core.
 */
export * from "./access.ts";
export * from "./acl-xattr.ts";
export * from "./attributes.ts";
export * from "./bulk-view.ts";
export * from "./capability.ts";
export * from "./capability-xattr.ts";
export * from "./capset.ts";
export * from "./create.ts";
export * from "./cred.ts";
export * from "./directory.ts";
export * from "./errno.ts";
export * from "./exec.ts";
export * from "./exec-file.ts";
export * from "./file-capability.ts";
export * from "./filesystem-type.ts";
export * from "./idmapped-mount.ts";
export * from "./inode.ts";
export * from "./inode-permission.ts";
export * from "./kuid-column.ts";
export * from "./link.ts";
export * from "./map-file.ts";
export * from "./map-write.ts";
export * from "./mnt-idmapping.ts";
export * from "./mode.ts";
export * from "./mount.ts";
export * from "./nsproxy.ts";
export * from "./open.ts";
export * from "./overlay.ts";
export * from "./path.ts";
export * from "./permission.ts";
export * from "./posix-acl.ts";
export * from "./prctl.ts";
export * from "./priority.ts";
export * from "./proc.ts";
export * from "./proc-file.ts";
export * from "./ptrace.ts";
export * from "./rename.ts";
export * from "./routes.ts";
export * from "./scm.ts";
export * from "./setattr.ts";
export * from "./setgroups.ts";
export * from "./setid.ts";
export * from "./setns.ts";
export * from "./show.ts";
export * from "./signal.ts";
export * from "./socket.ts";
export * from "./stat.ts";
export * from "./syscall/call.ts";
export * from "./syscall/registry.ts";
export * from "./syscall/user-space.ts";
export * from "./task.ts";
export * from "./tmpfs-mount.ts";
export * from "./translators.ts";
export * from "./uidgid.ts";
export * from "./unlink.ts";
export * from "./user-namespace.ts";
export * from "./verdict.ts";
export * from "./world.ts";
export * from "./xattr.ts";
