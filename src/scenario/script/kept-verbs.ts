import { isMapFileName } from "../../kernel/index.ts";
import { type OpenThings, remember, word, written } from "./command.ts";
import { CGROUP_PROCS, isBuilt, isProcLink, isSetting, unknownTarget } from "./proc-path.ts";
import { call, type NotModelled, notModelled, type Scene, type ScriptCall, type Verb, verb } from "./verb.ts";

/** What an agent calls the one descriptor that it keeps. */
const KEPT = "kept";

/** How a file is opened that is kept, and by which call it is written to then. */
interface KeptFile {
  readonly open: ScriptCall;
  readonly write: NonNullable<OpenThings["file"]> | null;
}

function keptFile(path: string, { procFile }: Scene): KeptFile | NotModelled {
  if (isSetting(path)) return notModelled(`a descriptor of ${path} is not kept`);
  const proc = procFile(path);
  if (!proc || !isBuilt(proc))
    return {
      open: call("file_open", { path, keep: KEPT }),
      write: path.endsWith(CGROUP_PROCS) ? null : "file_write_fd",
    };
  const { agent, file } = proc;
  if (isMapFileName(file))
    return { open: call("map_open", { ns: `/proc/${agent}`, file, keep: KEPT, acc: "w" }), write: "map_write_fd" };
  if (isProcLink(file)) return notModelled(unknownTarget(file));
  return { open: call("proc_open", { target: agent, file, acc: "w" }), write: null };
}

/** One file is kept open, and written to bit by bit. */
export const KEPT_VERBS: readonly Verb[] = [
  verb(
    "openw FILE",
    (given, scene) => {
      const kept = keptFile(word(given, "FILE"), scene);
      return "notModelled" in kept ? kept : kept.open;
    },
    (_, given, scene) => {
      const kept = keptFile(word(given, "FILE"), scene);
      remember(scene.memory, scene.agent, { file: "notModelled" in kept ? null : kept.write });
      return "ret=0";
    },
  ),
  verb(
    "writelast TEXT…",
    (given, { agent, memory }) => {
      const write = memory.open.get(agent)?.file;
      if (write) return call(write, { fd: KEPT, text: written(given) });
      return notModelled(
        write === null
          ? "what a write to the kept file does is not modelled"
          : "the agent keeps no descriptor of a file",
      );
    },
    ({ n }) => `ret=${n}`,
  ),
];
