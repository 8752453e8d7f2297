import type { Setup } from "../scenario.ts";

const directory = (fs: string, path: string) => ({ fs, path, type: "dir", mode: "0755" });
const program = (path: string) => ({ fs: "ramdisk", path, type: "exe", mode: "0755" });

/** Directories of the root file system, each after the one that holds it. */
const DIRECTORIES = [
  "h",
  "h/t",
  "h/m1",
  "h/m2",
  "h/cg",
  "h/ext",
  "proc",
  "sys",
  "sys/fs",
  "sys/fs/cgroup",
  "sys/kernel",
  "sys/kernel/security",
  "dev",
  "tmp",
];

/** The program that every agent runs. */
export const AGENT_PROGRAM = "/init";

/** The name of the one socket pair that all agents share. */
export const SHARED_PAIR = "shared";

/**
 * The machine on which scripts were recorded, as a setup: a root file system, a disk mounted at /h/ext, empty places to
 * mount at.
 *
 * @source vectors/isolated/README, section 2
 */
export const MACHINE: Setup = {
  filesystems: [
    { name: "ramdisk", type: "tmpfs", root: { mode: "0755" } },
    { name: "disk", type: "ext4", device: "/dev/ubda", root: { mode: "0755" } },
    { name: "cgroups", type: "cgroup2", root: { mode: "0755" } },
  ],
  files: [...DIRECTORIES.map((path) => directory("ramdisk", path)), program("init"), program("busybox")],
  mounts: [
    { name: "root directory", fs: "ramdisk", at: "/" },
    { name: "h ext", fs: "disk", at: "/h/ext" },
    { name: "sys fs cgroup", fs: "cgroups", at: "/sys/fs/cgroup" },
  ],
  sockets: [{ name: SHARED_PAIR, type: "dgram", passcred: true }],
};

/** What is known of the lines of /proc/PID/mountinfo for what is mounted from the start. */
export const MACHINE_MOUNT_LINES: readonly string[] = [
  " / / rw,relatime - rootfs rootfs rw",
  " / /proc rw,relatime - proc proc rw",
  " / /sys rw,relatime - sysfs sysfs rw",
  " / /dev rw,relatime - devtmpfs devtmpfs rw",
  " / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw",
  " / /h/ext rw,relatime - ext4 /dev/ubda rw",
];

/** An agent that exists from the start: root of the machine, with nothing of its own. */
export function agentTask(name: string): unknown {
  return { name, caps: "all", umask: "0022" };
}
