import { showExtent } from "../core/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import type { FileQuestion, OwnerMaps } from "./file-question.ts";

/** A question as JSON: maps as their lines. */
export type PlainFileQuestion = Omit<FileQuestion, "namespaces" | "fsMaps" | "mount" | "filesystem"> & {
  readonly namespaces: readonly PlainMaps[];
  readonly fsMaps: PlainMaps | null;
  readonly mount: PlainMaps | null;
  readonly filesystem: PlainMaps | null;
};

/** Lines of both maps, each `inside:lower:count`. */
export type PlainMaps = { readonly [K in OwnerKind]: readonly string[] };

export function plainQuestion(question: FileQuestion): PlainFileQuestion {
  const plain = ({ uid, gid }: OwnerMaps): PlainMaps => ({
    uid: uid.extents.map(showExtent),
    gid: gid.extents.map(showExtent),
  });
  const { namespaces, fsMaps, mount, filesystem } = question;
  return {
    ...question,
    namespaces: namespaces.map(plain),
    fsMaps: fsMaps && plain(fsMaps),
    mount: mount && plain(mount),
    filesystem: filesystem && plain(filesystem),
  };
}
