import type { Values } from "../../kernel/syscall/index.ts";
import { MACHINE_MOUNTS, type MountWords } from "./machine.ts";
import { listIn } from "./verb.ts";

/** A file of /proc/PID that lists mounts: how it tells one. */
type Line = (mount: MountWords) => string;

/** @source proc(5), /proc/pid/mountinfo */
const mountinfo: Line = ({ root, point, options, type, source, fileSystemOptions }) =>
  `* * *:* ${root} ${point} ${options} - ${type} ${source} ${fileSystemOptions}`;

/** What holds for the mount and for its file system is one list. @source proc_pid_mounts(5); getmntent(3) */
const mounts: Line = ({ point, options, type, source, fileSystemOptions }) => {
  const [ofMount = "", ...flags] = options.split(",");
  const [ofFileSystem = "", ...more] = fileSystemOptions.split(",");
  const access = [ofMount, ofFileSystem].includes("ro") ? "ro" : "rw";
  return `${source} ${point} ${type} ${[access, ...flags, ...more].join(",")} 0 0`;
};

const LINES: ReadonlyMap<string, Line> = new Map([
  ["mountinfo", mountinfo],
  ["mounts", mounts],
]);

/** The lines of a file that lists mounts, for what steps have mounted; null: it is another file. */
export function mountLines(file: string, values: Values): readonly string[] | null {
  const line = LINES.get(file);
  return line ? listIn(values, "mounts").flatMap((mount) => wordsOf(mount).map(line)) : null;
}

/** Would a line of the file that has the word be of what was mounted from the start? How it was, is not known. */
export function isOfMachine(file: string, word: string): boolean {
  const line = LINES.get(file);
  return line !== undefined && MACHINE_MOUNTS.some((mount) => line(mount).includes(word));
}

/** A mount of a setup has no source, and no words. */
function wordsOf(mount: unknown): readonly MountWords[] {
  if (typeof mount !== "object" || mount === null) return [];
  const told = new Map<string, unknown>(Object.entries(mount));
  if (told.get("source") === null) return [];
  const word = (key: string) => String(told.get(key));
  return [
    {
      root: word("root"),
      point: word("point"),
      options: word("options"),
      type: word("type"),
      source: word("source"),
      fileSystemOptions: word("fileSystemOptions"),
    },
  ];
}
