import { isMapFileName } from "../../kernel/index.ts";
import { ANY } from "./answer.ts";
import { hasPid, type OpenThings, remember } from "./command.ts";
import { isNsFile, isOtherCgroupFile, isSetting, PID_IN_PROC, toldText } from "./proc-path.ts";
import { call, type NotModelled, notModelled, type Scene, type ScriptCall, type Verb, verb } from "./verb.ts";
import { word, written } from "./words.ts";

/** What an agent calls the one descriptor that it keeps. */
const KEPT = "kept";

/** How a file is opened that is kept, and by which call it is written to then. */
interface KeptFile {
  readonly open: ScriptCall;
  readonly write: NonNullable<OpenThings["file"]>["write"] | null;
}

function keptFile(path: string, { procFile }: Scene): KeptFile | NotModelled {
  if (isSetting(path)) return notModelled(`a descriptor of ${path} is not kept`);
  const proc = procFile(path);
  if (proc && isMapFileName(proc.file)) {
    const { agent, file } = proc;
    return { open: call("map_open", { ns: `/proc/${agent}`, file, keep: KEPT, acc: "w" }), write: "map_write_fd" };
  }
  if (proc && isNsFile(proc.file)) return notModelled("the file of a namespace is not kept");
  const write = isOtherCgroupFile(path) ? null : "file_write_fd";
  return { open: call("file_open", { path, keep: KEPT }), write };
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
      const write = "notModelled" in kept ? null : kept.write;
      remember(scene.memory, scene.agent, { file: write && { path: word(given, "FILE"), write } });
      return "ret=0";
    },
  ),
  verb(
    "writelast TEXT…",
    (given, { agent, memory, procFile }) => {
      const file = memory.open.get(agent)?.file;
      const text = written(given);
      if (file?.write === "file_write_fd" && hasPid(text) && procFile(file.path)) return notModelled(PID_IN_PROC);
      if (file)
        return call(file.write, { fd: KEPT, text: file.write === "map_write_fd" ? text : toldText(file.path, text) });
      return notModelled(
        file === null
          ? "what a write to the kept file does is not modelled"
          : "the agent keeps no descriptor of a file",
      );
    },
    ({ n }, given) => `ret=${hasPid(written(given)) ? ANY : n}`,
  ),
];
