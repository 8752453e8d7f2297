/** Layers put together entry by entry, sound or not. */
import { writeFileSync } from "node:fs";
import { bodyPadding, entryHeader, type NewTarEntry, tarEnd } from "../../src/shift/index.ts";

const TEXT = new TextEncoder();

/** An entry in words: what is left out is as of root's file. */
export interface LayerEntry extends Partial<Omit<NewTarEntry, "path" | "link" | "sizeBytes" | "records">> {
  readonly path: string;
  readonly link?: string;
  readonly body?: string;
  readonly records?: Readonly<Record<string, string | Uint8Array>>;
}

export function layerOf(entries: readonly LayerEntry[]): Buffer {
  const pieces = entries.map((entry) => {
    const { path, link = "", body = "", records = {}, type = "file", ...rest } = entry;
    const bytes = TEXT.encode(body);
    const given = Object.entries(records).map(([key, value]): [string, Uint8Array] => [
      key,
      typeof value === "string" ? TEXT.encode(value) : value,
    ]);
    const header = entryHeader({
      mode: type === "directory" ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
      device: null,
      ...rest,
      type,
      path: TEXT.encode(path),
      link: TEXT.encode(link),
      sizeBytes: bytes.length,
      records: new Map(given),
    });
    return Buffer.concat([header, bytes, bodyPadding(bytes.length)]);
  });
  return Buffer.concat([...pieces, tarEnd()]);
}

/** @returns the path of the layer */
export function writeLayer(path: string, entries: readonly LayerEntry[]): string {
  writeFileSync(path, layerOf(entries));
  return path;
}

export const folderEntry = (path: string, rest: Partial<LayerEntry> = {}): LayerEntry => ({
  path: `${path}/`,
  type: "directory",
  ...rest,
});
