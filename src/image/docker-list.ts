import type { Document } from "./descriptor.ts";
import { has, items, type JsonPlace, member, textAt } from "./json-document.ts";
import { type JsonEdit, withEdits } from "./json-edit.ts";

/** The file of an archive that leads to its images. */
export const ARCHIVE_LIST = "manifest.json";

/** One image of an archive: an item of its manifest.json. @source Docker's image specification v1.2, "manifest.json" */
export interface ArchiveItem {
  readonly config: JsonPlace;
  readonly layers: readonly JsonPlace[];
  readonly tags: readonly string[];
  readonly place: JsonPlace;
}

/** @throws UsernsError ERR_IMAGE */
export function readArchiveList({ top }: Document): ArchiveItem[] {
  return items(top).map((place) => ({
    place,
    config: member(place, "Config"),
    layers: items(member(place, "Layers")),
    tags: has(place, "RepoTags") ? items(member(place, "RepoTags")).map(textAt) : [],
  }));
}

/** The list for files that lie elsewhere. @throws UsernsError ERR_IMAGE */
export function rewriteArchiveList(document: Document, newPath: (path: string) => string): string {
  const edits = readArchiveList(document).flatMap(({ config, layers, place }) => {
    const moved = [config, ...layers].map((one): JsonEdit => ({ path: one.path, value: newPath(textAt(one)) }));
    // What each layer was before it was unpacked: optional, and untrue of layers that are new.
    return has(place, "LayerSources") ? [...moved, { path: [...place.path, "LayerSources"], value: {} }] : moved;
  });
  return withEdits(document.text, edits);
}
