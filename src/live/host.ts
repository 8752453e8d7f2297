import { access, constants } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { type KeptFile, parseGroup, parseLoginDefs, parsePasswd, parseSubid } from "../formats/index.ts";
import { accountsOf, type Host, type HostFiles, type HostSystem, type IdUse, LIMIT_NAMES } from "../policy/index.ts";
import { readIdTools } from "./id-tools.ts";
import { type MountLine, readMountTable } from "./mount-table.ts";
import { namespaceUses } from "./namespace-uses.ts";
import { readNamespaces } from "./namespaces.ts";
import { Sight } from "./sight.ts";
import { systemErrorCode } from "./system-error.ts";

/** Which machine to read. */
export interface HostPlace {
  /** The folder that holds its `etc`. @default "/", and then the running kernel is asked too */
  readonly root?: string;
  /** Where its tools are looked for. */
  readonly path: string;
}

/**
 * Everything about a machine that decides who has which ids: the files of {@link HostPlace.root}, and, for this machine
 * itself, its kernel, tools and mounts.
 *
 * @returns what could not be seen is null there, and told in `unseen`; never throws for that
 */
export async function readHost({ root = "/", path }: HostPlace): Promise<Host> {
  const sight = new Sight();
  const files = await readFiles(root, sight);
  const system = root === "/" ? await readSystem(path, files, sight) : null;
  return { files, system, unseen: sight.unseen };
}

async function readFiles(root: string, sight: Sight): Promise<HostFiles> {
  const read = async <T>(name: string, parse: (text: string, where: string) => KeptFile<T>) => {
    const file = join(root, "etc", name);
    // Names may hold any byte.
    const seen = await sight.read(file, "latin1");
    return seen.state === "unseen" ? null : parse(seen.state === "seen" ? seen.text : "", file);
  };
  return {
    subuid: await read("subuid", parseSubid),
    subgid: await read("subgid", parseSubid),
    passwd: await read("passwd", parsePasswd),
    group: await read("group", parseGroup),
    loginDefs: await read("login.defs", parseLoginDefs),
  };
}

async function readSystem(path: string, files: HostFiles, sight: Sight): Promise<HostSystem | null> {
  if (!(await exists("/proc/self"))) {
    sight.miss("the running system", "there is no /proc");
    return null;
  }
  const table = await sight.read("/proc/self/mountinfo");
  const mounts = table.state === "seen" ? readMountTable(table.text) : [];
  return {
    kernel: release(),
    tools: await readIdTools(path, mounts, sight),
    limits: await readLimits(sight),
    hasUserNamespaces: await exists("/proc/self/ns/user"),
    mounts: mounts
      .filter(holdsFiles)
      .map(({ at, type, options }) => ({ at, type, isIdmapped: options.includes("idmapped") })),
    uses: readUses(files, sight),
  };
}

function readUses(files: HostFiles, sight: Sight): readonly IdUse[] {
  const namespaces = readNamespaces();
  const { hiddenCount, hasParents } = namespaces;
  if (hiddenCount > 0) sight.miss("namespaces of some processes", `${hiddenCount} may not be looked at`);
  if (!hasParents) sight.miss("parents of namespaces", "there is no lsns of util-linux 2.38");
  return namespaceUses(namespaces, accountsOf(files));
}

async function readLimits(sight: Sight): Promise<ReadonlyMap<string, number>> {
  const limits = new Map<string, number>();
  for (const name of LIMIT_NAMES) {
    const seen = await sight.read(join("/proc/sys", ...name.split(".")));
    const value = seen.state === "seen" ? Number.parseInt(seen.text, 10) : Number.NaN;
    if (!Number.isNaN(value)) limits.set(name, value);
  }
  return limits;
}

/** The system's own mounts hold nobody's volumes. */
function holdsFiles({ at }: MountLine): boolean {
  return !/^\/(?:proc|sys|dev|run)(?:\/|$)/.test(at);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return false;
  }
}
