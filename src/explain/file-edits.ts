import { NO_ID } from "../core/index.ts";
import { type Capability, capName } from "../kernel/index.ts";
import {
  edit,
  type FileEdit,
  insideId,
  isHeld,
  isSetid,
  keptFor,
  nameOf,
  subjectOf,
  withSubject,
  withTask,
} from "./file-edit.ts";
import { diskOwnerEdits, mapLineEdits, mountEdits } from "./file-map-edits.ts";
import type { FileQuestion } from "./file-question.ts";

/** Where changes come from, those first that need the least trust. None of them knows a rule: the model is asked. */
const SOURCES: readonly ((question: FileQuestion) => readonly FileEdit[])[] = [
  flagEdits,
  mountEdits,
  diskOwnerEdits,
  groupEdits,
  ownerEdits,
  mapLineEdits,
  modeEdits,
  programEdits,
  capsEdits,
];

/** The changes worth a try, best first. */
export function fileEdits(question: FileQuestion): readonly FileEdit[] {
  return SOURCES.flatMap((source) => source(question));
}

function flagEdits({ isNosuid, task }: FileQuestion): FileEdit[] {
  return [
    ...(isNosuid
      ? [edit("mount-flags", "mount it without nosuid: mount -o remount,suid", (q) => ({ ...q, isNosuid: false }))]
      : []),
    ...(task.noNewPrivs
      ? [edit("task-flags", "start the task without no_new_privs", (q) => withTask(q, { noNewPrivs: false }))]
      : []),
  ];
}

function groupEdits(question: FileQuestion): FileEdit[] {
  const { task, to, ask } = question;
  const wanted = [insideId(question, "gid", subjectOf(question).gid), ask === "chown" ? (to.gid ?? NO_ID) : NO_ID];
  return [...new Set(wanted)]
    .filter((gid) => isHeld(question, "gid", gid) && gid !== task.gid && !task.groups.includes(gid))
    .map((gid) =>
      edit("group", `group ${gid} for the task, by setgroups`, (q) => withTask(q, { groups: [...q.task.groups, gid] })),
    );
}

function ownerEdits(question: FileQuestion): FileEdit[] {
  const { ask, file, task } = question;
  if (ask === "stat" || isSetid(question)) return [];
  const owners = [
    { name: nameOf(question), uid: insideId(question, "uid", subjectOf(question).uid) },
    ...(ask === "unlink" ? [{ name: "the file", uid: insideId(question, "uid", file.uid) }] : []),
  ];
  return owners
    .filter(({ uid }) => uid !== NO_ID && uid !== task.uid)
    .map(({ name, uid }) => edit("as-owner", `as uid ${uid}, who owns ${name}`, (q) => withTask(q, { uid })));
}

const CLASSES = [
  { letter: "g", shift: 3 },
  { letter: "o", shift: 0 },
  { letter: "u", shift: 6 },
] as const;

const BITS: { readonly [ask in FileQuestion["ask"]]: { readonly letters: string; readonly bits: number } | null } = {
  read: { letters: "r", bits: 4 },
  write: { letters: "w", bits: 2 },
  exec: { letters: "x", bits: 1 },
  create: { letters: "wx", bits: 3 },
  unlink: { letters: "wx", bits: 3 },
  stat: null,
  chown: null,
  chmod: null,
};

function modeEdits(question: FileQuestion): FileEdit[] {
  const asked = BITS[question.ask];
  if (!asked) return [];
  return CLASSES.map(({ letter, shift }) =>
    edit("mode", `chmod ${letter}+${asked.letters} ${nameOf(question)}`, (q) =>
      withSubject(q, { mode: subjectOf(q).mode | (asked.bits << shift) }),
    ),
  );
}

/** Capabilities bound to the root that the task's namespace has. */
function programEdits(question: FileQuestion): FileEdit[] {
  const { caps } = question.file;
  if (!caps) return [];
  const rootId = keptFor(question, "uid", 0);
  if (rootId === NO_ID || rootId === caps.rootId) return [];
  return [
    edit("file-caps", `setcap it again from inside the namespace: root id ${rootId} on disk`, (q) => ({
      ...q,
      file: { ...q.file, caps: { ...caps, rootId } },
    })),
  ];
}

const HELPFUL: readonly Capability[] = ["dac_read_search", "dac_override", "fowner", "chown", "fsetid"];

function capsEdits({ task, ask }: FileQuestion): FileEdit[] {
  if (ask === "stat") return [];
  return HELPFUL.filter((name) => !task.caps.includes(name)).map((name) =>
    edit("caps", `${capName(name)} for the task`, (q) => withTask(q, { caps: [...q.task.caps, name] })),
  );
}
