import { MAP_FILES, openMapFile, pwriteMapFile, readMapFile, writeMapFile } from "../map-file.ts";
import type { MapFileName } from "../open-map-file.ts";
import { MAY } from "../permission.ts";
import { procDirectory } from "../proc-file.ts";
import type { Task } from "../task.ts";
import { allow, atStage, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, text as anyText, natural, oneOf, optional, pidOfTask, scenarioError } from "./argument.ts";
import { bytes } from "./bytes-argument.ts";
import { type CallTable, defineCall, NOTHING, type Values } from "./call.ts";

/** Whose /proc directory a map file is reached through: a namespace's resident, the task itself, or /proc/TASK. */
const SELF = "self";
const PROC = "/proc/";

const throughProcOf: Argument<Task | typeof SELF> = {
  schema: { type: "string" },
  isOptional: false,
  read: (value, where, world) => {
    if (value === SELF) return SELF;
    if (typeof value === "string" && value.startsWith(PROC))
      return pidOfTask.read(value.slice(PROC.length), where, world);
    const ns = typeof value === "string" ? world.userNamespaces.get(value) : undefined;
    const resident = ns && world.residents.get(ns);
    if (!resident)
      throw scenarioError(
        where,
        `"self", /proc/ and the name of a task, or the name of a user namespace: ${[...world.userNamespaces.keys()].join(", ")}`,
        value,
      );
    return resident;
  },
};

const file: Argument<MapFileName> = oneOf(...MAP_FILES);

/** Bytes as hexadecimal digits, read as Latin-1. */
const hex: Argument<string> = {
  schema: { type: "string", pattern: "^([0-9a-f]{2})*$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^([0-9a-f]{2})*$/.test(value))
      throw scenarioError(where, "bytes as hex digits", value);
    return value.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  },
};

const ACCESS = { r: MAY.read, w: MAY.write, rw: MAY.read | MAY.write } as const;
const access: Argument<"r" | "w" | "rw"> = oneOf("r", "w", "rw");

function openThrough(world: World, task: Task, of: Task | typeof SELF, name: MapFileName, mask: number) {
  const target = of === SELF ? task : of;
  const there = procDirectory(world, target);
  return there.ok ? openMapFile(world, task, target, name, mask) : there;
}

function kept(task: Task, name: string, where: string) {
  const open = task.mapFiles.get(name);
  if (!open)
    throw scenarioError(
      `${where}.fd`,
      `a map file that ${task.name} keeps open: ${[...task.mapFiles.keys()].join(", ") || "none"}`,
      name,
    );
  return open;
}

const counted = (written: Verdict<number>): Verdict<Values> =>
  written.ok ? allow({ n: written.value }, written.rule) : written;

export const MAP_CALLS: CallTable = [
  defineCall(
    "map_write",
    {
      ns: throughProcOf,
      file,
      text: optional(bytes, undefined),
      hex: optional(hex, undefined),
      acc: optional(access, "w"),
      offset: optional(natural, undefined),
      lseek: optional(natural, 0),
    },
    (world, task, { ns, file, text, hex, acc, offset, lseek }) => {
      const opened = openThrough(world, task, ns, file, ACCESS[acc]);
      if (!opened.ok) return atStage(opened, "open");
      opened.value.position = lseek;
      const written =
        offset === undefined ? writeMapFile(world, task.cred, opened.value, hex ?? text ?? "") : pwriteMapFile();
      return atStage(counted(written), "write");
    },
  ),
  defineCall("map_read", { ns: throughProcOf, file }, (world, task, { ns, file }) => {
    const opened = openThrough(world, task, ns, file, MAY.read);
    return opened.ok ? allow({ text: readMapFile(world, opened.value) }) : atStage(opened, "open");
  }),
  defineCall("map_lines", { ns: throughProcOf, file }, (world, task, { ns, file }) => {
    const opened = openThrough(world, task, ns, file, MAY.read);
    if (!opened.ok) return atStage(opened, "open");
    const lines = readMapFile(world, opened.value).split("\n").filter(Boolean);
    return allow({ lines: lines.map((line) => line.trim().split(/ +/).map(Number)) });
  }),
  defineCall(
    "map_open",
    { ns: throughProcOf, file, keep: anyText, acc: optional(access, "rw") },
    (world, task, values) => {
      const { ns, file, keep, acc } = values;
      const opened = openThrough(world, task, ns, file, ACCESS[acc]);
      if (!opened.ok) return opened;
      task.mapFiles.set(keep, opened.value);
      return allow(NOTHING);
    },
  ),
  defineCall("map_write_fd", { fd: anyText, text: bytes }, (world, task, { fd, text }, where) =>
    counted(writeMapFile(world, task.cred, kept(task, fd, where), text)),
  ),
  defineCall("map_read_fd", { fd: anyText }, (world, task, { fd }, where) =>
    allow({ text: readMapFile(world, kept(task, fd, where)) }),
  ),
];
