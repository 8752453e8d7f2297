import { EntryGroup } from "./entry-group.ts";
import { GroupReader, MAX_EXTENSION_BYTES } from "./group-reader.ts";
import { BLOCK, FIELDS, inBlocks, shapeOf } from "./header.ts";
import { entryOf, type TarEntry } from "./tar-entry.ts";
import { A_TAR, type TarPlace, tarFault } from "./tar-fault.ts";

/** A member of an archive that is read in any order: its entry, and where its body lies. */
export interface TarMember {
  readonly entry: TarEntry;
  readonly offset: number;
  readonly size: number;
}

/** An archive whose bytes can be had in any order. */
export interface SeekableTar {
  readonly name: string;
  readonly sizeBytes: number;
  /** The bytes from `offset`: `length` of them, or those that there are. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Members that are listed. An archive of more is none that an image is kept in. */
const MOST_MEMBERS = 100_000;
/** Read at each header: it holds the extensions before it too, but for a rare one. */
const HEAD_BYTES = 4 * BLOCK;

/**
 * The members of an archive, found by going from header to header; bodies are not read.
 *
 * @throws UsernsError ERR_TAR for an archive that is not sound or has too many members
 */
export async function listMembers(tar: SeekableTar): Promise<TarMember[]> {
  const { name, sizeBytes } = tar;
  const members: TarMember[] = [];
  for (let offset = 0; offset < sizeBytes; ) {
    const place = { name, entry: members.length + 1, offset };
    if (members.length >= MOST_MEMBERS) throw tarFault(place, `at most ${MOST_MEMBERS} members`, "one more");
    const group = await readGroup(tar, place);
    if (!group) break;
    const { header, bytes, hasEntry } = group;
    const hasBody = hasEntry && shapeOf(bytes[header + FIELDS.type.at] ?? 0).hasBody;
    const size = hasBody ? group.size() : 0;
    const body = offset + group.end;
    if (body + size > sizeBytes)
      throw tarFault(
        { ...place, path: group.path() },
        `a body of ${size} bytes`,
        `the end of the file at byte ${sizeBytes}`,
      );
    const entry = entryOf(group);
    if (entry) members.push({ entry, offset: body, size });
    offset = body + inBlocks(size);
  }
  return members;
}

/** The headers at an offset; null at the blocks of zeros that end an archive. */
async function readGroup(tar: SeekableTar, place: TarPlace): Promise<EntryGroup | null> {
  const fail = (at: number, expected: string, got: string) =>
    tarFault({ ...place, offset: place.offset + at }, place.offset === 0 ? `${A_TAR}: ${expected}` : expected, got);
  for (let wanted = HEAD_BYTES; ; ) {
    const bytes = await tar.read(place.offset, wanted);
    const reader = new GroupReader();
    const missing = reader.read(bytes, 0, bytes.length, fail);
    if (missing === 0) {
      const { extensions, length, end, summing } = reader.take();
      if (end === "zeros") return null;
      const hasEntry = end === "entry";
      return new EntryGroup(
        { bytes, start: 0, length, hasEntry, extensions, offset: place.offset, name: tar.name, entry: place.entry },
        summing,
      );
    }
    if (bytes.length < wanted || wanted > 2 * MAX_EXTENSION_BYTES)
      throw fail(bytes.length, `${missing} more bytes of headers`, `the end of the file`);
    wanted = bytes.length + missing;
  }
}
