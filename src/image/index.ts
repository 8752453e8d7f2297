/**
 * Ownership of whole images: an OCI layout or an archive of Docker's is read, looked through layer by layer, and written
 * with other owners, new digests and all.
 *
 * This layer opens no file, compresses nothing and hashes nothing itself: files, blobs and the machine's compression are
 * handed to it. It may import core, formats, kernel and shift.
 */
export { blobPath, type Digest, hashed, readDigest } from "./digest.ts";
export { distinctLayers, type LayerPlace } from "./distinct-layers.ts";
export type { ExposedFile, HostAccounts, Privilege } from "./exposed.ts";
export { filesInTar, type ImageTar } from "./files-in-tar.ts";
export type { DigestAlgorithm, FilePlace, ImageFile, ImageFiles, ImageHost, RunningHash, UnpackedTar } from "./host.ts";
export type { Image, Layer, NewLayer, OutputFile, PlatformImage } from "./image.ts";
export { imageOfLayer, type LayerToWrap } from "./image-of-layer.ts";
export { inParallel } from "./in-parallel.ts";
export type { LayerOptions } from "./layer-tar.ts";
export { type ImageFindings, type LayerFindings, lintImage } from "./lint.ts";
export { imageOwners, type LayerOwners } from "./owners.ts";
export { holdsImage, readImage } from "./read-image.ts";
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
