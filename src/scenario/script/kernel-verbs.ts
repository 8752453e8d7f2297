import { NO_ID } from "../../core/index.ts";
import { MOUNTABLE_TYPES } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { nsFile } from "./proc-path.ts";
import { call, listIn, notModelled, plainVerb, type ScriptCall, showKid, type Verb, verb } from "./verb.ts";
import { count, type Given, id, word } from "./words.ts";

const MOUNT_VERBS: readonly Verb[] = [
  plainVerb("mount SRC TGT TYPE [FLAGS] [DATA]", (given, { memory }) => {
    const type = word(given, "TYPE");
    if (!MOUNTABLE_TYPES.some((known) => known === type)) {
      const reason = `${type} is a file system of its own rules`;
      memory.unmodelled.set(word(given, "TGT"), reason);
      return notModelled(reason);
    }
    return call("mount", {
      source: word(given, "SRC"),
      target: word(given, "TGT"),
      type,
      flags: given.has("FLAGS") ? count(given, "FLAGS") : 0,
      data: given.get("DATA") ?? "",
    });
  }),
  plainVerb("umount TGT", (given) => call("umount", { target: word(given, "TGT") })),
  plainVerb("private", () => call("make_private")),
  plainVerb("idmap SRC TGT NSFILE", (given, scene) =>
    call("idmap", {
      path: word(given, "SRC"),
      target: word(given, "TGT"),
      ns: nsFile(word(given, "NSFILE"), scene),
    }),
  ),
];

const kidOf = (given: Given) => [id(given, "N"), id(given, "X")];
const showId = ({ id: shown }: Values) => String(shown);

/** A function of the kernel that reads an id as the agent's namespace has it. */
function reader(name: string): Verb {
  return verb(`${name}(own ns, (N, X))`, (given): ScriptCall => call(name, { kid: kidOf(given) }), showId);
}

/** A function of the kernel that takes an id through a mount. */
function throughMount(name: string): Verb {
  return verb(
    `${name} on PATH (N, X)`,
    (given) => call(name, { path: word(given, "PATH"), kid: kidOf(given) }),
    ({ kid }) => showKid(kid),
  );
}

const FUNCTION_VERBS: readonly Verb[] = [
  ...["uid", "gid"].flatMap((kind) => [
    verb(
      `make_k${kind}(own ns, N)`,
      (given) => call(`make_k${kind}`, { id: id(given, "N") }),
      ({ kid }) => showKid(kid),
    ),
    ...["", "_munged", "_isolated"].map((form) => reader(`from_k${kind}${form}`)),
    throughMount(`make_vfs${kind}`),
    throughMount(`from_vfs${kind}`),
  ]),
  verb(
    "fsuidgid_has_mapping on PATH",
    (given) => call("fsuidgid_has_mapping", { path: word(given, "PATH") }),
    ({ mapped }) => (mapped ? "1" : "0"),
  ),
  verb(
    "raw inode ids of PATH",
    (given) => call("raw_inode", { path: word(given, "PATH") }),
    ({ uid, gid, s_user_ns }) => `i_uid=${showKid(uid)} i_gid=${showKid(gid)} s_user_ns=${s_user_ns}`,
  ),
  verb(
    "i_uid_read/i_gid_read of PATH",
    (given) => call("disk_ids", { path: word(given, "PATH") }),
    ({ uid, gid }) => `uid=${uid} gid=${gid}`,
  ),
];

/** What the kernel's log says where the sources would have stopped it. */
const LOG_VERBS: readonly Verb[] = [
  verb(
    "dmesg",
    () => call("bugs"),
    (values) => listIn(values, "bugs").map(logLine).join("|") || "none",
  ),
];

const BUG = /^([ug]id) (?:k(\d+)|none)@ns(\d+): its namespace is (.*)$/;

function logLine(bug: unknown): string {
  const [, kind, half = NO_ID, number, state] = BUG.exec(String(bug)) ?? [];
  if (kind === undefined) throw new Error(`another kind of bug: ${bug}`);
  return `<3>BUG_ON point: k${kind} (${half},${number}) ns ${state}`;
}

export const KERNEL_VERBS: readonly Verb[] = [...LOG_VERBS, ...MOUNT_VERBS, ...FUNCTION_VERBS];
