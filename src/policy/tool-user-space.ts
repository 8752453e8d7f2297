import { parseGroup, parsePasswd, parseSubid } from "../formats/index.ts";
import { allow, INIT_PID, ROOT, type Task, type World } from "../kernel/index.ts";
import { id, listOf, objectOf, optional, text, type UserProgram, type UserSpace } from "../kernel/syscall/index.ts";
import { FSID_SETUP, fsidProgram, fsidSetup } from "./fsid-user-space.ts";
import { getSubids, type ListedFiles, type SubidFiles } from "./get-subids.ts";
import { FSID_TOOL } from "./new-fsid-map-request.ts";
import { newIdMap } from "./new-id-map.ts";
import { type MappedKind, TOOL } from "./new-id-map-request.ts";
import type { ToolCaller } from "./target-owner.ts";

/** How recorded output writes the process id of a target that the step names. */
const PID_MARK = "<PID>";

const GETSUBIDS = "getsubids";

/**
 * What a setup may give: passwd and group, by the entries besides root's or as whole texts; whole subid files; and who
 * starts the tools.
 */
const SETUP = {
  passwd: optional(listOf(objectOf({ name: text, uid: id, gid: id })), []),
  group: optional(listOf(objectOf({ name: text, gid: id })), []),
  passwdText: optional(text, null),
  groupText: optional(text, null),
  subuid: optional(text, ""),
  subgid: optional(text, ""),
  /** Supplementary groups are there to show that the tools do not ask for them. */
  caller: objectOf({ uid: id, gid: id, groups: optional(listOf(id), []) }),
  ...FSID_SETUP,
};
const ROOT_USER = { name: "root", uid: 0, gid: 0 };

/** newuidmap, newgidmap, getsubids, and what they might have been for fsid maps, as programs that the steps of a scenario run. */
export const DELEGATION_TOOLS: UserSpace = {
  setupKeys: Object.keys(SETUP),
  programNames: [TOOL.uid, TOOL.gid, GETSUBIDS, FSID_TOOL.uid, FSID_TOOL.gid],
  start: (world, setup, where) => {
    const { passwd, group, passwdText, groupText, subuid, subgid, caller, ...fsid } = objectOf(SETUP).read(
      setup,
      where,
      world,
    );
    const users = [ROOT_USER, ...passwd].map(({ name, uid, gid }) => `${name}:x:${uid}:${gid}:::\n`);
    const groups = [{ name: "root", gid: 0 }, ...group].map(({ name, gid }) => `${name}:x:${gid}:\n`);
    const files: ListedFiles = {
      passwd: parsePasswd(passwdText ?? users.join("")),
      group: parseGroup(groupText ?? groups.join("")),
      subuid: parseSubid(subuid, "/etc/subuid"),
      subgid: parseSubid(subgid, "/etc/subgid"),
    };
    const ofFsids = fsidSetup(files, fsid);
    return [
      mapProgram("uid", files, caller),
      mapProgram("gid", files, caller),
      listProgram(files),
      fsidProgram("uid", ofFsids, caller, taskNamed, taskOf),
      fsidProgram("gid", ofFsids, caller, taskNamed, taskOf),
    ];
  },
};

const ARGS = listOf(text);
const RUN = { target: text, args: ARGS };

function mapProgram(kind: MappedKind, files: SubidFiles, caller: ToolCaller): UserProgram {
  return {
    name: TOOL[kind],
    run: (world, step, where) => {
      const { target: given, args } = objectOf(RUN).read(step, where, world);
      const named = taskNamed(world, given);
      const { exit, stdout, stderr, rule } = newIdMap(world, files, {
        kind,
        caller,
        target: named ? String(named.pid) : given,
        args,
        find: (pid) => taskOf(world, pid),
      });
      const shown = named
        ? stderr
            .replace(`Target process ${named.pid} `, `Target process ${PID_MARK} `)
            .replace(`Target ${named.pid} `, `Target ${PID_MARK} `)
        : stderr;
      return allow({ exit, stdout, stderr: shown }, rule);
    },
  };
}

function listProgram(files: ListedFiles): UserProgram {
  return {
    name: GETSUBIDS,
    run: (world, step, where) => {
      const { exit, stdout, stderr } = getSubids(files, objectOf({ args: ARGS }).read(step, where, world).args);
      return allow({ exit, stdout, stderr });
    },
  };
}

/** `T`: the resident of a namespace; `@name`: a task. @returns null for text that is given to the tool as it is */
function taskNamed(world: World, target: string): Task | null {
  const ns = world.userNamespaces.get(target);
  return (ns && world.residents.get(ns)) ?? (target.startsWith("@") ? world.tasks.get(target.slice(1)) : null) ?? null;
}

/** The first process of the machine is no task of the world; its credential is that of root. */
function taskOf(world: World, pid: number): Task | null {
  if (pid === INIT_PID) return world.tasks.get(ROOT) ?? null;
  return [...world.residents.values(), ...world.tasks.values()].find((task) => task.pid === pid) ?? null;
}
