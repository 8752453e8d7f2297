/** What a task of the running kernel keeps open, and writes there. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { NotRun } from "./agent.ts";
import { textOf } from "./arguments.ts";
import { type LiveCall, recorded } from "./call.ts";
import type { LiveTask } from "./world.ts";

/** Bytes of a step's text, which is Latin-1. */
export function bytesOf(args: Values): Buffer {
  return args.hex === undefined
    ? Buffer.from(textOf(args, "text", ""), "latin1")
    : Buffer.from(textOf(args, "hex"), "hex");
}

export function keptFd(task: LiveTask, args: Values): number {
  const fd = task.fds.get(textOf(args, "fd"));
  if (fd === undefined) throw new NotRun(`no descriptor ${textOf(args, "fd")}`);
  return fd;
}

/** write(2) to a descriptor that is kept. */
export const writeKept: LiveCall = async ({ agent }, task, args) => {
  const bytes = bytesOf(args);
  const written = await agent.sys(task.proc, "write", keptFd(task, args), bytes, bytes.length);
  return written.errno === null ? { ok: true, n: written.result } : recorded(written);
};
