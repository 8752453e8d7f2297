import type { Cred } from "./cred.ts";
import { readIsolated, writeIsolated } from "./isolated.ts";
import { fsSlot, idSlot, type MapSlot } from "./map-slot.ts";
import { formatMap } from "./map-text.ts";
import { readMap, writeMap } from "./map-write.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { MapFileName, OpenMapFile } from "./open-map-file.ts";
import { genericPermission, MAY, type Protected } from "./permission.ts";
import { PROC_ENTRIES, procOwner } from "./proc.ts";
import { readSetgroups, writeSetgroups } from "./setgroups.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** Which of them hold a map, and which map. */
const MAP_OF: { readonly [Name in MapFileName]: MapSlot | null } = {
  uid_map: idSlot("uid"),
  gid_map: idSlot("gid"),
  projid_map: idSlot("projid"),
  fsuid_map: fsSlot("uid"),
  fsgid_map: fsSlot("gid"),
  setgroups: null,
  isolated_uns: null,
};

export const MAP_FILES: readonly MapFileName[] = [
  "uid_map",
  "gid_map",
  "projid_map",
  "fsuid_map",
  "fsgid_map",
  "setgroups",
  "isolated_uns",
];

export function isMapFileName(name: string): name is MapFileName {
  return Object.hasOwn(MAP_OF, name);
}

const RULES = ruleTable({
  switchOpenAdmin: {
    sentence: "Opening setgroups or isolated_uns for writing needs CAP_SYS_ADMIN over the namespace.",
    source: "vectors/linux-6.18/1_map_write.json (tag setgroups-order); vectors/isolated P06, P09, P11",
  },
  isolatedKernel: {
    sentence: "Only a kernel with isolated user namespaces has the file isolated_uns.",
    source: "proc(5): ENOENT",
  },
  fsidKernel: {
    sentence: "Only a kernel with fsid mappings has the files fsuid_map and fsgid_map.",
    source: "fsid mappings, CONFIG_USER_NS_FSID: ENOENT",
  },
  openedToWrite: { sentence: "What was opened to be read is not written to.", source: "write(2): EBADF" },
  noPwrite: {
    sentence: "The map files take no pwrite.",
    source: "vectors/linux-6.18/1_map_write.json (tag offset)",
  },
});

/** Has the modelled kernel the entry of /proc/PID? All have all of them but those that a proposal brings. */
export function procEntryExists({ profile }: World, name: string): Verdict {
  if (name === "isolated_uns" && !profile.isolated)
    return deny("ENOENT", RULES.isolatedKernel, `this is ${profile.name}`);
  if ((name === "fsuid_map" || name === "fsgid_map") && !profile.fsid)
    return deny("ENOENT", RULES.fsidKernel, `this is ${profile.name}`);
  return allow();
}

/**
 * Open a map file in the /proc directory of a task of the namespace.
 *
 * @param mask  bits of {@link MAY}
 */
export function openMapFile(world: World, task: Task, of: Task, name: MapFileName, mask: number): Verdict<OpenMapFile> {
  const exists = procEntryExists(world, name);
  if (!exists.ok) return exists;
  const entry = PROC_ENTRIES[name];
  const file: Protected = { ...procOwner(world, of, entry), mode: entry.mode, isDirectory: false, table: "id" };
  const permitted = genericPermission(world, task.cred, file, mask);
  if (!permitted.ok) return permitted;
  const ns = of.cred.userNs;
  if (MAP_OF[name] === null && (mask & MAY.write) !== 0 && !isNsCapable(task.cred, ns, "sys_admin"))
    return deny("EACCES", RULES.switchOpenAdmin, `no CAP_SYS_ADMIN over ${ns.name}`);
  return allow({ ns, name, opener: task.cred, isWritable: (mask & MAY.write) !== 0, position: 0 });
}

/** write(2). @returns how many bytes were taken: all of them */
export function writeMapFile(world: World, writer: Cred, file: OpenMapFile, text: string): Verdict<number> {
  if (!file.isWritable) return deny("EBADF", RULES.openedToWrite);
  const slot = MAP_OF[file.name];
  const by = { opener: file.opener, writer, position: file.position };
  const written = slot ? writeMap(world, file.ns, slot, text, by) : writeSwitch(file, text);
  if (!written.ok) return written;
  file.position += text.length;
  return allow(text.length, written.rule);
}

/** One of the files with a word. */
function writeSwitch({ name, ns, opener, position }: OpenMapFile, text: string): Verdict {
  return name === "isolated_uns" ? writeIsolated(ns, opener, text, position) : writeSetgroups(ns, text, position);
}

/** pwrite(2): the file behaves as one without a position. */
export function pwriteMapFile(): Verdict<number> {
  return deny("ESPIPE", RULES.noPwrite);
}

/** All of the file, read from its start. What is written next is written behind it. */
export function readMapFile(world: World, file: OpenMapFile): string {
  const text = mapFileText(world, file);
  file.position = text.length;
  return text;
}

function mapFileText(world: World, file: OpenMapFile): string {
  const slot = MAP_OF[file.name];
  if (slot) return formatMap(readMap(world, file.ns, slot, file.opener));
  return file.name === "isolated_uns" ? readIsolated(file.ns) : readSetgroups(file.ns);
}
