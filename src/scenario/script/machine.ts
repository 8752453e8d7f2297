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

/**
 * The least number of a namespace that is made: a small number that a script writes out belongs to none.
 *
 * @source vectors/isolated/README, section 8; asked of a running Linux 6.18, where files of procfs count from here
 */
export const FIRST_NUMBER = 4026531840;

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

/** What the files of a process tell of a mount, but for numbers, which are the machine's own. */
export interface MountWords {
  readonly root: string;
  readonly point: string;
  readonly options: string;
  readonly type: string;
  readonly source: string;
  readonly fileSystemOptions: string;
}

const mounted = (point: string, type: string, source = type) => ({
  root: "/",
  point,
  options: "rw,relatime",
  type,
  source,
  fileSystemOptions: "rw",
});

/** What is known of what is mounted from the start: the words of lines of /proc/PID/mountinfo. */
export const MACHINE_MOUNTS: readonly MountWords[] = [
  mounted("/", "rootfs"),
  mounted("/proc", "proc"),
  mounted("/sys", "sysfs"),
  mounted("/dev", "devtmpfs"),
  mounted("/sys/fs/cgroup", "cgroup2"),
  mounted("/h/ext", "ext4", "/dev/ubda"),
];

/** An agent that exists from the start: root of the machine, with nothing of its own. */
export function agentTask(name: string): unknown {
  return { name, caps: "all", umask: "0022" };
}
