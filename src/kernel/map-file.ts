import type { Kind } from "../core/id.ts";
import { isNsCapable } from "./capability.ts";
import type { Cred } from "./cred.ts";
import { formatMap, readMap, writeMap } from "./map-write.ts";
import { genericPermission, MAY } from "./permission.ts";
import { PROC_ENTRIES, procOwner } from "./proc.ts";
import { readSetgroups, writeSetgroups } from "./setgroups.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** The files in /proc/PID that a namespace is set up with. */
export type MapFileName = "uid_map" | "gid_map" | "projid_map" | "setgroups";

/** Which of them hold a map, and of which kind. */
const MAP_OF: { readonly [Name in MapFileName]: Kind | null } = {
  uid_map: "uid",
  gid_map: "gid",
  projid_map: "projid",
  setgroups: null,
};

export const MAP_FILES: readonly MapFileName[] = ["uid_map", "gid_map", "projid_map", "setgroups"];

export function isMapFileName(name: string): name is MapFileName {
  return Object.hasOwn(MAP_OF, name);
}

/** An open map file: it stays with the namespace and the credential of its opening, whatever its user does later. */
export interface OpenMapFile {
  readonly ns: UserNamespace;
  readonly name: MapFileName;
  readonly opener: Cred;
  readonly isWritable: boolean;
  position: number;
}

const RULES = ruleTable({
  setgroupsOpenAdmin: {
    sentence: "Opening the setgroups file for writing needs CAP_SYS_ADMIN over the namespace.",
    source: "vectors/linux-6.18/1_map_write.json (tag setgroups-order)",
  },
  openedToWrite: { sentence: "What was opened to be read is not written to.", source: "write(2): EBADF" },
  noPwrite: {
    sentence: "The map files take no pwrite.",
    source: "vectors/linux-6.18/1_map_write.json (tag offset)",
  },
});

/**
 * Open a map file in the /proc directory of a task of the namespace.
 *
 * @param mask  bits of {@link MAY}
 */
export function openMapFile(world: World, task: Task, of: Task, name: MapFileName, mask: number): Verdict<OpenMapFile> {
  const entry = PROC_ENTRIES[name];
  const file = { ...procOwner(world, of, entry), mode: entry.mode, isDirectory: false };
  const permitted = genericPermission(world, task.cred, file, mask);
  if (!permitted.ok) return permitted;
  const ns = of.cred.userNs;
  if (name === "setgroups" && (mask & MAY.write) !== 0 && !isNsCapable(task.cred, ns, "sys_admin"))
    return deny("EACCES", RULES.setgroupsOpenAdmin, `no CAP_SYS_ADMIN over ${ns.name}`);
  return allow({ ns, name, opener: task.cred, isWritable: (mask & MAY.write) !== 0, position: 0 });
}

/** write(2). @returns how many bytes were taken: all of them */
export function writeMapFile(world: World, writer: Cred, file: OpenMapFile, text: string): Verdict<number> {
  if (!file.isWritable) return deny("EBADF", RULES.openedToWrite);
  const kind = MAP_OF[file.name];
  const by = { opener: file.opener, writer, position: file.position };
  const written = kind ? writeMap(world, file.ns, kind, text, by) : writeSetgroups(file.ns, text, file.position);
  if (!written.ok) return written;
  file.position += text.length;
  return allow(text.length, written.rule);
}

/** pwrite(2): the file behaves as one without a position. */
export function pwriteMapFile(): Verdict<number> {
  return deny("ESPIPE", RULES.noPwrite);
}

/** All of the file, read from its start. */
export function readMapFile(world: World, file: OpenMapFile): string {
  const kind = MAP_OF[file.name];
  return kind ? formatMap(readMap(world, file.ns, kind, file.opener)) : readSetgroups(file.ns);
}
