import { quoted } from "../core/index.ts";
import { type ActingProcess, actingProcess } from "../live/index.ts";
import { fileFault, usageFault } from "./fault.ts";

/** The id of a process that an option names, or this one: `4242`, `self`. @throws UsernsError ERR_USAGE */
export function readPid(text: string): number {
  if (text === "self") return process.pid;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw usageFault("--pid", "a process id, or self", quoted(text));
  return Number(text);
}

/** The process that `--pid` names, as it acts now. @throws UsernsError ERR_USAGE, ERR_FILE */
export function readActingProcess(text: string): ActingProcess {
  const pid = readPid(text);
  try {
    return actingProcess(pid);
  } catch (error) {
    throw fileFault(error, `--pid ${pid}`, "a running process");
  }
}
