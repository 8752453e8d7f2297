import { type Extent, lowerOf } from "../core/index.ts";
import { ANY, type PasswdEntry, placeOfKept, type SubfsidEntry, type SubfsidFile } from "../formats/index.ts";
import type { SubidFiles } from "./get-subids.ts";
import type { ImageFacts } from "./image-offset.ts";
import { isOwnId, type MappedKind } from "./new-id-map-request.ts";
import { grantsOf, grantsThatHold, grantsTo, type SubidGrant } from "./subid-grant.ts";

/** What the tools read: newuidmap's files, and the ranges that images rest at. */
export interface FsidFiles extends SubidFiles {
  readonly subfsuid: SubfsidFile;
  readonly subfsgid: SubfsidFile;
}

/** Why a line of an fs map may be written. */
export interface FsidLineGround {
  readonly extent: Extent;
  /** Is it the caller's own id alone? */
  readonly isOwnId: boolean;
  /** The lines of subuid or subgid that hold it, where they do. */
  readonly grants: readonly SubidGrant[];
  /** Else the lines of subfsuid or subfsgid that do. */
  readonly imageGrants: readonly SubidGrant<SubfsidEntry>[];
  /** Where those stand: `/etc/subuid:2`. */
  readonly places: readonly string[];
  /** Has the file that grants it a line for the host's id 0 alone, to this caller by name or number? */
  readonly isRootListed: boolean;
}

/** Where lines of each kind are granted. */
export function grantFiles(files: FsidFiles, kind: MappedKind) {
  return kind === "uid" ? { ids: files.subuid, images: files.subfsuid } : { ids: files.subgid, images: files.subfsgid };
}

/**
 * By what the caller may write a line: a range of its own, its own id, or a range of an image. Lines of one file that
 * adjoin count together; those of two files do not.
 *
 * @param image  what is asked about; only a line for this image, or for every one, counts. null: nothing in particular,
 *               and then a line must name its image, which has to be there
 * @source a proposal: tests/vectors/proposals/tables.json (H)
 */
export function fsidGround(
  extent: Extent,
  kind: MappedKind,
  files: FsidFiles,
  user: PasswdEntry,
  image: ImageFacts | null,
): FsidLineGround {
  const { ids, images } = grantFiles(files, kind);
  const range = lowerOf(extent);
  const own = isOwnId(kind, user, extent);
  const given = grantsTo(ids, user, files.passwd);
  const grants = grantsThatHold(given, range) ?? [];
  const isCovered = own || grants.length > 0;
  const givenImages = isCovered ? [] : imageGrantsTo(images, user, files, image);
  const imageGrants = grantsThatHold(givenImages, range) ?? [];
  const places = [
    ...grants.map(({ line }) => placeOfKept(ids, line)),
    ...imageGrants.map(({ line }) => placeOfKept(images, line)),
  ];
  const isRootListed = [...(grants.length > 0 ? given : []), ...(imageGrants.length > 0 ? givenImages : [])].some(
    ({ entry }) => entry.first === 0n && entry.count === 1n && entry.owner !== ANY,
  );
  return { extent, isOwnId: own, grants, imageGrants, places, isRootListed };
}

function imageGrantsTo(
  file: SubfsidFile,
  user: PasswdEntry,
  { passwd }: SubidFiles,
  image: ImageFacts | null,
): readonly SubidGrant<SubfsidEntry>[] {
  const isOfImage = ({ entry }: SubidGrant<SubfsidEntry>) =>
    image === null ? entry.image !== ANY : entry.image === ANY || entry.image === image.path;
  const named = new Set(grantsTo(file, user, passwd).map(({ line }) => line));
  return grantsOf(file).filter((grant) => isOfImage(grant) && (grant.entry.owner === ANY || named.has(grant.line)));
}

/** Does no file grant this line? */
export function isUngranted({ isOwnId: own, grants, imageGrants }: FsidLineGround): boolean {
  return !own && grants.length === 0 && imageGrants.length === 0;
}

/**
 * Whether the images behind a line's grants are in the caller's hands; the words that say why one is not, or null.
 *
 * @param find  the image at a path, or null
 */
export function custodyFault(
  { imageGrants }: FsidLineGround,
  kind: MappedKind,
  callerUid: number,
  image: ImageFacts | null,
  find: (path: string) => ImageFacts | null,
): string | null {
  for (const { entry } of imageGrants) {
    const path = entry.image === ANY ? (image?.path ?? ANY) : entry.image;
    const held = image?.path === path ? image : find(path);
    if (!held) return `image ${path}: there is no such directory`;
    if (BigInt(held.root[kind]) !== entry.first)
      return `image ${path}: root is owned by ${kind} ${held.root[kind]}, not by ${entry.first}, where the range begins`;
    if (held.parentUid !== callerUid) return `image ${path}: enclosing directory is owned by uid ${held.parentUid}`;
  }
  return null;
}
