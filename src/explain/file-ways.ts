import { CLASSICAL } from "../core/index.ts";
import type { KernelRoute, OwnerKind } from "../kernel/index.ts";
import { type Explanation, explain } from "./explain.ts";
import type { FileAsked } from "./file-asked.ts";

/** How ids come into the kernel; no hop where they are kernel ids already. */
interface RoutesInto {
  readonly ofTask: <K extends OwnerKind>(kind: K) => KernelRoute<K>;
  /** As an owner of files, where that is another way than as a process. */
  readonly ofOwner?: <K extends OwnerKind>(kind: K) => KernelRoute<K>;
  readonly ofDisk: <K extends OwnerKind>(kind: K) => KernelRoute<K>;
}

/** The ways of the task's and the file's ids into the kernel, before anything is asked. */
export function waysInto(
  { ask, task, file, directory }: FileAsked,
  { ofTask, ofOwner, ofDisk }: RoutesInto,
): readonly Explanation[] {
  const owned = ask === "create" ? directory : file;
  return (["uid", "gid"] as const).flatMap((kind) =>
    [
      { route: ofTask(kind), id: task[kind] },
      ...(ofOwner ? [{ route: ofOwner(kind), id: task[kind] }] : []),
      { route: ofDisk(kind), id: owned[kind] },
    ].flatMap(({ route, id }) => (route.length === 0 ? [] : [explain(kind, route, { id, number: CLASSICAL })])),
  );
}
