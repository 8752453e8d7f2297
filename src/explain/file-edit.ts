import { compose, IDENTITY, type IdMap, idMap, mapUp, NO_ID } from "../core/index.ts";
import { createRoute, intoMount, type MountView, type OwnerKind, SETGID, SETUID } from "../kernel/index.ts";
import type { Owned } from "./file-asked.ts";
import {
  diskRoute,
  endOf,
  type FileQuestion,
  fileMaps,
  type OwnerMaps,
  ownerRoute,
  taskRoute,
} from "./file-question.ts";

/** What is changed: something on the disk, the mount, the namespace or the task. */
export type FileEditKind =
  | "mount"
  | "disk-owner"
  | "map-line"
  | "as-owner"
  | "group"
  | "mode"
  | "caps"
  | "mount-flags"
  | "task-flags"
  | "file-caps";

/** A change to a question, which may or may not turn its answer. */
export interface FileEdit {
  readonly what: FileEditKind;
  /** What to do, in words. */
  readonly text: string;
  readonly apply: (question: FileQuestion) => FileQuestion;
}

export function edit(what: FileEditKind, text: string, apply: FileEdit["apply"]): FileEdit {
  return { what, text, apply };
}

/** What the permission that is asked for lies on: the directory, where an entry is made or removed. */
export function subjectOf({ ask, directory, file }: FileQuestion): Owned {
  return ask === "create" || ask === "unlink" ? directory : file;
}

export function nameOf({ ask }: FileQuestion): string {
  return ask === "create" || ask === "unlink" ? "the directory" : "the file";
}

export function withSubject(question: FileQuestion, change: Partial<Owned>): FileQuestion {
  return question.ask === "create" || question.ask === "unlink"
    ? { ...question, directory: { ...question.directory, ...change } }
    : { ...question, file: { ...question.file, ...change } };
}

export function withTask(question: FileQuestion, change: Partial<FileQuestion["task"]>): FileQuestion {
  return { ...question, task: { ...question.task, ...change } };
}

/** Is it asked what a set-user-ID or set-group-ID program gives? Then its owner is what is wanted. */
export function isSetid({ ask, file }: FileQuestion): boolean {
  return ask === "exec" && (file.mode & (SETUID | SETGID)) !== 0;
}

/** The maps of all the task's namespaces as one, down to kernel ids. */
export function flatMap<K extends OwnerKind>(namespaces: readonly OwnerMaps[], kind: K): IdMap<K> {
  const whole: IdMap<K> = idMap(IDENTITY.extents);
  return namespaces.reduce<IdMap<K>>((outer, maps) => compose<K>(maps[kind], outer), whole);
}

/** The id that the disk would keep for an id of the task's. */
export function keptFor<K extends OwnerKind>(question: FileQuestion, kind: K, id: number): number {
  const caller = fileMaps(question).map((maps) => ({ name: kind, map: maps[kind] }));
  return endOf(createRoute({ ...viewOf(question, kind), caller }), id);
}

/** Through which maps the mount shows the disk. */
export function viewOf<K extends OwnerKind>({ mount, filesystem }: FileQuestion, kind: K): MountView<K> {
  return {
    mount: mount && { name: "mount", map: mount[kind] },
    filesystem: { name: "disk", map: filesystem ? filesystem[kind] : idMap(IDENTITY.extents) },
  };
}

/** The kernel id that the mount shows for an owner on disk, which the task's namespaces may or may not hold. */
export function seenId<K extends OwnerKind>(question: FileQuestion, kind: K, id: number): number {
  const kernelId = endOf(diskRoute(question, kind), id);
  return kernelId === NO_ID ? NO_ID : endOf(intoMount(viewOf(question, kind)), kernelId);
}

/** The number that a task inside can be and has for an owner on disk, or NO_ID. */
export function insideId<K extends OwnerKind>(question: FileQuestion, kind: K, id: number): number {
  const seen = seenId(question, kind, id);
  const inside = seen === NO_ID ? NO_ID : mapUp(flatMap(fileMaps(question), kind), seen);
  return isHeld(question, kind, inside) ? inside : NO_ID;
}

/** Have the task's namespaces this id, as a process and as an owner of files? */
export function isHeld(question: FileQuestion, kind: OwnerKind, id: number): boolean {
  return id !== NO_ID && [taskRoute(question, kind), ownerRoute(question, kind)].every((r) => endOf(r, id) !== NO_ID);
}
