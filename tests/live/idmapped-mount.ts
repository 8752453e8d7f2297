/** Make a namespace and an idmapped mount on the running kernel, and take them down again. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import koffi from "koffi";

const library = process.platform === "linux" ? koffi.load(null) : null;
const sys3 = library?.func("long syscall(long, int, const char *, int)");
const sys5 = library?.func("long syscall(long, int, const char *, int, void *, size_t)");
const move = library?.func("long syscall(long, int, const char *, int, const char *, int)");
const mount = library?.func("int mount(const char *, const char *, const char *, unsigned long, void *)");
const umount = library?.func("int umount2(const char *, int)");

function want(result: unknown, what: string): number {
  if (Number(result) < 0) throw new Error(`${what}: errno ${koffi.errno()}`);
  return Number(result);
}

/**
 * A process that sleeps in a user namespace of its own with these maps, as texts of uid_map and gid_map.
 *
 * @param setgroups  what is written to that file before them
 */
export async function sleeperIn(
  t: TestContext,
  uidMap: string,
  gidMap: string,
  setgroups: "allow" | "deny" = "allow",
): Promise<number> {
  const child: ChildProcess = spawn("unshare", ["--user", "sleep", "600"], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  const { pid } = child;
  if (pid === undefined) throw new Error("no unshare");
  const own = readlinkSync("/proc/self/ns/user");
  // With a map before it runs, the program would keep the capabilities of root there.
  const sleeps = () =>
    readlinkSync(`/proc/${pid}/ns/user`) !== own && readFileSync(`/proc/${pid}/comm`, "latin1") === "sleep\n";
  for (let tries = 0; !sleeps(); tries++) {
    if (tries > 500) throw new Error("nothing sleeps in a namespace of its own");
    await setTimeout(10);
  }
  writeFileSync(`/proc/${pid}/setgroups`, setgroups);
  writeFileSync(`/proc/${pid}/uid_map`, uidMap);
  writeFileSync(`/proc/${pid}/gid_map`, gidMap);
  return pid;
}

/** @source open_tree(2), mount_setattr(2), move_mount(2): numbers that are the same on x64, arm64 and riscv64 */
const [OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR] = [428, 429, 442];
const AT_FDCWD = -100;
const [AT_EMPTY_PATH, OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH, MOUNT_ATTR_IDMAP, MNT_DETACH] = [
  0x1000,
  1,
  4,
  0x10_0000n,
  2,
];

/**
 * A tmpfs, and a mount of it idmapped with the maps of a process's user namespace.
 *
 * @returns the folder where the idmapped mount is
 */
export function idmappedMount(t: TestContext, pid: number): string {
  const folder = mkdtempSync(join(tmpdir(), "userns-idmapped-"));
  // Who is nobody there has to get in too.
  chmodSync(folder, 0o755);
  const [plain, idmapped] = [join(folder, "plain"), join(folder, "idmapped")];
  for (const path of [plain, idmapped]) mkdirSync(path);
  want(mount?.("userns-test", plain, "tmpfs", 0, null), "mount");
  t.after(() => {
    umount?.(idmapped, MNT_DETACH);
    umount?.(plain, MNT_DETACH);
    rmSync(folder, { recursive: true, force: true });
  });
  idmap(pid, plain, idmapped);
  return idmapped;
}

/** A second mount of what lies at a path, idmapped with the maps of a process's user namespace. */
export function idmap(pid: number, from: string, to: string): void {
  const tree = want(sys3?.(OPEN_TREE, AT_FDCWD, from, OPEN_TREE_CLONE), "open_tree");
  const namespace = openSync(`/proc/${pid}/ns/user`, "r");
  const attributes = new BigUint64Array([MOUNT_ATTR_IDMAP, 0n, 0n, BigInt(namespace)]);
  want(sys5?.(MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, attributes, attributes.byteLength), "mount_setattr");
  want(move?.(MOVE_MOUNT, tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH), "move_mount");
  for (const fd of [tree, namespace]) closeSync(fd);
}
