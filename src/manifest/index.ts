/**
 * Ownership manifests: who owns what in a tree, in the ids of the image, whoever owns its files on a disk.
 *
 * This layer is values and their texts: it reads no tree and no archive, and decides nothing about access. It may import
 * core, formats and kernel.
 */
export { asKernelAcl, inOrder, type NameToId, readAclText, showAclText, wholeAcl } from "./acl-text.ts";
export { readCapabilityText, showCapabilityText } from "./capability-text.ts";
export { deviceOf, numberOfDevice } from "./device-number.ts";
export {
  BARE_ENTRY,
  type DeviceNumber,
  ENTRY_TYPES,
  type EntryAcls,
  type EntryFields,
  entryOf,
  type FileTime,
  type ManifestEntry,
} from "./entry.ts";
export { type EntryJson, type ManifestJson, manifestFromJson, manifestToJson } from "./json-form.ts";
export { type JsonDocument, JsonPlace } from "./json-place.ts";
export { type Manifest, manifestOf } from "./manifest.ts";
export { readMode } from "./mode-text.ts";
export { type MtreeOptions, readMtree } from "./mtree-read.ts";
export { type MtreeDialect, mtreeText, writeMtree } from "./mtree-write.ts";
export {
  bytesOfPath,
  canonicalPath,
  comparePaths,
  folderOf,
  MOST_PATH_BYTES,
  pathOfBytes,
  ROOT_PATH,
} from "./path-text.ts";
export { readManifestFile } from "./read.ts";
export { fieldsOfXattrs, xattrsOfFields } from "./xattr-fields.ts";
