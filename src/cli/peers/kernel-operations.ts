import * as core from "../../core/index.ts";
import { askMaps, type MapQuestion } from "../../explain/index.ts";
import { formatUidMap } from "../../formats/index.ts";
import { createRoute, type NamedMap, parseMapText, statRoute, type View } from "../../kernel/index.ts";
import { loadScenario, replay } from "../../scenario/index.ts";
import { extentOf, type Given, type PeerAnswer, peerLines, REFUSED } from "./given.ts";
import type { Operations } from "./operation.ts";

const KINDS = ["uid", "gid"] as const;

/** `u22:k10000:r3`, the notation of the kernel's idmappings document. */
function documentMap(text: string): core.IdMap {
  const parts = /^u(\d+):k(\d+):r(\d+)$/.exec(text);
  if (!parts) throw new core.UsernsError("ERR_SCENARIO", { where: "map", expected: "uN:kN:rN", got: text });
  return core.idMap([{ first: Number(parts[1]), lowerFirst: Number(parts[2]), count: Number(parts[3]) }]);
}

const named = (name: string, map: core.IdMap): NamedMap => ({ name, map });

function documentView(given: Given): View {
  return {
    caller: [named("caller", documentMap(given.text("caller")))],
    filesystem: named("filesystem", documentMap(given.text("filesystem"))),
    mount: given.has("mount") ? named("mount", documentMap(given.text("mount"))) : null,
  };
}

/** An id under its letter, or that there is none. */
function mapped(letter: "u" | "k", id: number): PeerAnswer {
  return id === core.NO_ID ? { unmapped: true } : { [letter]: id };
}

function remapped(from: core.IdMap, to: core.IdMap, k: number): PeerAnswer {
  const up: number = core.mapUp(from, k);
  const down: number = up === core.NO_ID ? core.NO_ID : core.mapDown(to, up);
  return mapped("k", down);
}

/** The view of a caller on an idmapped mount of a file system of the initial namespace. */
function mountView(given: Given, kind: (typeof KINDS)[number]): View {
  const callerIsInitial = !given.has("caller_map") || given.isText("caller_map");
  return {
    caller: callerIsInitial ? [] : [named("caller", given.object("caller_map").map(kind))],
    filesystem: named("initial", core.IDENTITY),
    mount: given.has("mount_map") ? named("mount", given.object("mount_map").map(kind)) : null,
  };
}

const through = (route: ReturnType<typeof statRoute>, id: number): number => core.follow(route, { id, number: 0 }).id;

function statAnswer(given: Given, disk: Given): PeerAnswer {
  const shown = KINDS.filter((kind) => disk.has(kind)).map(
    (kind) => [kind, through(statRoute(mountView(given, kind)), disk.number(kind))] as const,
  );
  return { ...Object.fromEntries(shown), overflow: shown.every(([, id]) => id === core.OVERFLOW_ID) };
}

function written(given: Given, engine: core.Engine): PeerAnswer {
  // The file takes one write, at its beginning; the question that check asks has no other.
  if (given.has("offset") && given.number("offset") !== 0) return { errno: "EINVAL" };
  const writer = given.text("written_by");
  const parent = given.lines("parent_map").map(extentOf);
  // Nobody inside the namespace has a capability in its parent.
  const isInside = writer.startsWith("self");
  const isCapable = !isInside && !writer.includes("no capability");
  // Whose capabilities decide may be anybody that the parent holds.
  const id = isCapable ? (parent[0]?.first ?? 0) : given.number("writer_id");
  // Who maps its own id alone has to own the namespace: see new_idmap_permitted's single extent.
  if (!isCapable && given.number("owner_id", id) !== id) return { errno: "EPERM" };
  const isWhole = parent.length === 0 || (parent.length === 1 && parent[0]?.count === core.NO_ID);
  const question: MapQuestion = {
    parent: isWhole ? null : { uid: parent, gid: parent },
    writer: { uid: id, gid: id, caps: isCapable ? ["setuid", "setgid", "setfcap"] : [] },
    from: isInside ? "inside" : "parent",
    setgroups: given.flag("setgroups_denied") ? "deny" : null,
    texts: { uid: given.text("text") },
  };
  return uidWrite(question, engine, given.text("text"));
}

function uidWrite(question: MapQuestion, engine: core.Engine, text: string): PeerAnswer {
  const write = askMaps(question, engine).find(({ file }) => file === "uid_map");
  if (!write) return REFUSED;
  if (write.refusal) return { errno: write.refusal.errno };
  return { ok: true, bytes: text.length, map: peerLines(write.inForce) };
}

function validated(given: Given, engine: core.Engine): PeerAnswer {
  const parent = given.has("parent") ? given.lines("parent").map(extentOf) : null;
  const text = given
    .lines("map")
    .map(({ inside, outside, count }) => `${inside} ${outside} ${count}`)
    .join("\n");
  const question: MapQuestion = {
    parent: parent && { uid: parent, gid: parent },
    writer: { uid: 0, gid: 0, caps: ["setuid", "setgid", "setfcap"] },
    from: "parent",
    setgroups: null,
    texts: { uid: text },
  };
  return uidWrite(question, engine, text);
}

/** The words of a case for what is written, and the file that it is written to. */
const SETGROUPS_STEPS: { readonly [words: string]: readonly (readonly [file: string, text: string])[] } = {
  "write uid_map": [["uid_map", "0 0 1"]],
  "write gid_map": [["gid_map", "0 0 1"]],
  "write maps": [
    ["uid_map", "0 0 1"],
    ["gid_map", "0 0 1"],
  ],
};

/** Steps at the setgroups file of a namespace, and of those made inside it, asked of the model. */
function setgroupsSteps(given: Given, engine: core.Engine): PeerAnswer {
  const words = given.texts("steps");
  const hexOf = (text: string) => Array.from(text, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  let depth = 0;
  const write = (file: string, text: string) => ({
    task: "root",
    call: "map_write",
    ns: `ns${depth}`,
    file,
    hex: hexOf(text),
  });
  const calls = words.map((word) => {
    if (word === "read") return [{ task: "root", call: "map_read", ns: `ns${depth}`, file: "setgroups" }];
    if (word === "unshare user") return [{ task: "maker", call: "unshare_user", as: `ns${++depth}` }];
    return (SETGROUPS_STEPS[word] ?? [["setgroups", word] as const]).map(([file, text]) => write(file, text));
  });
  const author = { ns: "init", uid: 0, gid: 0 };
  const answers = replay(
    loadScenario({
      version: 1,
      setup: {
        namespaces: [],
        tasks: [
          { name: "maker", ...author },
          { name: "root", ...author, caps: "all" },
        ],
      },
      steps: [{ task: "maker", call: "unshare_user", as: "ns0" }, ...calls.flat()],
    }),
    engine,
  ).slice(1);
  let at = 0;
  const results = calls.map((steps) => {
    const own = answers.slice(at, at + steps.length);
    at += steps.length;
    const refused = own.map(({ verdict }) => verdict).find((verdict) => !verdict.ok);
    if (refused && !refused.ok) return refused.errno;
    const [last] = own;
    return last?.step.call === "map_read" && last.verdict.ok ? last.verdict.value.text : "ok";
  });
  return { results };
}

/** The lines of a map's text, however they overlap. */
function linesOfText(text: string): readonly core.Extent[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [first = Number.NaN, lowerFirst = Number.NaN, count = Number.NaN, ...surplus] = line
        .trim()
        .split(/\s+/)
        .map(Number);
      if (surplus.length > 0 || ![first, lowerFirst, count].every(core.isId))
        throw new core.UsernsError("ERR_MAP_TEXT", { where: "uid_map", expected: "three numbers", got: line });
      return { first, lowerFirst, count };
    });
}

/** What the kernel's own document, and tools that mount with maps, say of stat, create and uid_map. */
export const KERNEL_OPERATIONS: Operations = {
  "idmap.down": (given) => mapped("k", core.mapDown(documentMap(given.text("idmap")), given.number("u"))),
  "idmap.up": (given) => mapped("u", core.mapUp(documentMap(given.text("idmap")), given.number("k"))),
  "idmap.cross": (given) => {
    const k: number = core.mapDown(documentMap(given.text("first")), given.number("u"));
    if (k === core.NO_ID) return { unmapped: true };
    return { k, ...mapped("u", core.mapUp(documentMap(given.text("second")), k)) };
  },
  "idmap.remap": (given) => remapped(documentMap(given.text("from")), documentMap(given.text("to")), given.number("k")),
  "idmap.into_mount": (given) =>
    remapped(documentMap(given.text("filesystem")), documentMap(given.text("mount")), given.number("k")),
  "idmap.from_mount": (given) =>
    remapped(documentMap(given.text("mount")), documentMap(given.text("filesystem")), given.number("k")),
  "vfs.stat": (given) => {
    const id = through(statRoute(documentView(given)), given.number("disk_id"));
    // An owner may be the overflow id by its own number: stat shows both alike.
    return { id, overflow: id === core.OVERFLOW_ID };
  },
  "vfs.create": (given) => {
    const id = through(createRoute(documentView(given)), given.number("caller_id"));
    return id === core.NO_ID ? { errno: "EOVERFLOW" } : { disk_id: id };
  },
  "idmapped_mount.stat": (given) => statAnswer(given, given.object("disk")),
  "idmapped_mount.create": (given) => {
    const caller = given.object("caller");
    const disk = KINDS.filter((kind) => caller.has(kind)).map(
      (kind) => [kind, through(createRoute(mountView(given, kind)), caller.number(kind))] as const,
    );
    if (disk.some(([, id]) => id === core.NO_ID)) return { errno: "EOVERFLOW" };
    const seen = disk.map(([kind, id]) => [kind, through(statRoute(mountView(given, kind)), id)] as const);
    return { disk: Object.fromEntries(disk), seen: Object.fromEntries(seen) };
  },
  "x_mount_idmap.show": (given) => {
    const kind = given.text("kind");
    const lines = given.lines("entries").filter((line) => line.kind === kind || line.kind === "both");
    const shown: number = core.mapDown(core.idMap(lines.map(extentOf)), given.number("disk"));
    return shown === core.NO_ID ? { shown: core.OVERFLOW_ID, mapped: false } : { shown, mapped: true };
  },
  "proc_map.write": (given, _, engine) => written(given, engine),
  "proc_map.validate": (given, _, engine) => validated(given, engine),
  "setgroups.file": (given, _, engine) => setgroupsSteps(given, engine),
  "proc_map.read": (given) => {
    if (!given.has("written")) return { text: "" };
    const read = parseMapText(given.text("written"));
    return read.ok ? { text: formatUidMap(core.idMap(read.value)) } : REFUSED;
  },
  "proc_map.is_in_userns": (given) => {
    const lines = linesOfText(given.text("text"));
    const [first] = lines;
    const isInitial = lines.length === 1 && first?.first === 0 && first.lowerFirst === 0 && first.count === core.NO_ID;
    return { in_userns: !isInitial };
  },
  "proc_map.inside_contains": (given) => ({
    contains: linesOfText(given.text("text")).some((extent) => core.contains(extent, given.number("id"))),
  }),
};
