import { isId } from "../core/index.ts";
import { parsePasswd, parseSubid, type SubidFile } from "../formats/index.ts";
import { allow, INIT_PID, ROOT, type Task, type World } from "../kernel/index.ts";
import { scenarioError } from "../kernel/syscall/argument.ts";
import type { Values } from "../kernel/syscall/call.ts";
import type { UserProgram, UserSpace } from "../kernel/syscall/user-space.ts";
import { getSubids, type SubidFiles } from "./get-subids.ts";
import { newIdMap, type ToolCaller } from "./new-id-map.ts";
import type { MappedKind } from "./new-id-map-request.ts";

/** How recorded output writes the process id of a target that the step names. */
const PID_MARK = "<PID>";

/** newuidmap, newgidmap and getsubids as programs that the steps of a scenario run. */
export const DELEGATION_TOOLS: UserSpace = {
  setupKeys: ["passwd", "group", "subuid", "subgid", "caller"],
  programNames: ["newuidmap", "newgidmap", "getsubids"],
  start: (setup, where) => {
    const files = readFiles(setup, where);
    const caller = readCaller(setup.caller, `${where}.caller`);
    return [mapProgram("uid", files, caller), mapProgram("gid", files, caller), listProgram(files)];
  },
};

function mapProgram(kind: MappedKind, files: SubidFiles, caller: ToolCaller): UserProgram {
  return {
    name: kind === "uid" ? "newuidmap" : "newgidmap",
    run: (world, step, where) => {
      const given = textOf(step.target, `${where}.target`);
      const named = taskNamed(world, given);
      const { exit, stdout, stderr, rule } = newIdMap(world, files, {
        kind,
        caller,
        target: named ? String(named.pid) : given,
        args: textsOf(step.args, `${where}.args`),
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

function listProgram(files: SubidFiles): UserProgram {
  return {
    name: "getsubids",
    run: (_world, step, where) => allow({ ...getSubids(files, textsOf(step.args, `${where}.args`)) }),
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

function readFiles(setup: Values, where: string): SubidFiles {
  const subid = (key: "subuid" | "subgid"): SubidFile =>
    parseSubid(textOf(setup[key] ?? "", `${where}.${key}`), `/etc/${key}`);
  const root = { name: "root", uid: 0, gid: 0 };
  const others = listOf(setup.passwd ?? [], `${where}.passwd`).map((entry, index) => {
    const at = `${where}.passwd[${index}]`;
    const { name, uid, gid } = objectOf(entry, at);
    return { name: textOf(name, `${at}.name`), uid: idOf(uid, `${at}.uid`), gid: idOf(gid, `${at}.gid`) };
  });
  const text = [root, ...others].map(({ name, uid, gid }) => `${name}:x:${uid}:${gid}:::\n`).join("");
  return { passwd: parsePasswd(text), subuid: subid("subuid"), subgid: subid("subgid") };
}

function readCaller(json: unknown, where: string): ToolCaller {
  const { uid, gid } = objectOf(json, where);
  return { uid: idOf(uid, `${where}.uid`), gid: idOf(gid, `${where}.gid`) };
}

function objectOf(json: unknown, where: string): Values {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw scenarioError(where, "an object", json);
  return Object.fromEntries(Object.entries(json));
}

function listOf(json: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(json)) throw scenarioError(where, "a list", json);
  return json;
}

function textsOf(json: unknown, where: string): readonly string[] {
  return listOf(json, where).map((item, index) => textOf(item, `${where}[${index}]`));
}

function textOf(json: unknown, where: string): string {
  if (typeof json !== "string") throw scenarioError(where, "text", json);
  return json;
}

function idOf(json: unknown, where: string): number {
  if (typeof json !== "number" || !isId(json)) throw scenarioError(where, "an id, 0 … 4294967295", json);
  return json;
}
