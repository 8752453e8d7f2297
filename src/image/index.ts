/**
 * Ownership of whole images: an OCI layout or an archive of Docker's is read, looked through layer by layer, and written
 * with other owners, new digests and all; two are compared by who may do what with their files.
 *
 * This layer opens no file, compresses nothing and hashes nothing itself: files, blobs and the machine's compression are
 * handed to it. It may import core, formats, kernel, shift and manifest.
 */
export {
  AccessDiff,
  type AccessSide,
  type ChangeGroup,
  type ChangeReason,
  type ComparedTask,
  type ImpossibleTask,
  type PathChange,
  type PathState,
  type RightName,
  type RightsChange,
} from "./access-diff.ts";
export type { Container, NamespaceMaps } from "./container.ts";
export {
  type AccountedSide,
  accountTask,
  anyoneElse,
  type DefaultTasks,
  defaultTasks,
  imageTask,
  ROOT_CAPABILITIES,
} from "./default-tasks.ts";
export { blobPath, type Digest, hashed, readDigest } from "./digest.ts";
export { distinctLayers, type LayerPlace, layerName } from "./distinct-layers.ts";
export { WHITEOUT } from "./entry-path.ts";
export type { ExposedFile, HostAccounts, Privilege } from "./exposed.ts";
export { filesInTar, type ImageTar } from "./files-in-tar.ts";
export type { DigestAlgorithm, FilePlace, ImageFile, ImageFiles, ImageHost, RunningHash, UnpackedTar } from "./host.ts";
export type { Image, Layer, NewLayer, OutputFile, PlatformImage } from "./image.ts";
export { type AccessTask, ImageAccess, type MissingId } from "./image-access.ts";
export { ImageAccounts, type ImageUser } from "./image-accounts.ts";
export { imageOfLayer, type LayerToWrap } from "./image-of-layer.ts";
export { ImageTree, type PathType, type TreeInode } from "./image-tree.ts";
export { inParallel } from "./in-parallel.ts";
export { type LayerOptions, openLayerTar, withinLimit } from "./layer-tar.ts";
export { LAYOUT } from "./layout-files.ts";
export { type ImageFindings, type LayerFindings, lintImage } from "./lint.ts";
export { imageOwners, type LayerOwners } from "./owners.ts";
export { PathTable } from "./path-table.ts";
export { type GrantedId, type PrivilegeChange, privilegeChanges } from "./privilege-diff.ts";
export { holdsImage, readImage } from "./read-image.ts";
export { readTrees, type UnpackedImage } from "./read-trees.ts";
export { type ImageShift, type LayerShift, type RefusedLayer, shiftImage } from "./shift-image.ts";
export {
  type BlobStore,
  type FinishedLayer,
  type ImageShiftRules,
  type LayerOutcome,
  type LayerShifter,
  layerKey,
  layerShifter,
  type StoredBlob,
  type UnmappedIds,
} from "./shift-layer.ts";
export { type SquashfsPatch, type SquashfsRefusal, type SquashfsRules, shiftSquashfs } from "./shift-squashfs.ts";
export { isSquashfs, type SeekableImage, type SquashfsCompressor } from "./squashfs-superblock.ts";
export type { UnpackBlock } from "./squashfs-table.ts";
