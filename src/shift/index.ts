/**
 * Ownership of tar streams: who owns what in an archive, and the same archive with its owners shifted.
 *
 * This layer reads and writes bytes handed to it: it opens no file, compresses nothing and runs wherever the core does.
 * It may import core, formats and kernel.
 */

export { entryHeader, type NewTarEntry } from "./entry-header.ts";
export type { CapabilityRule } from "./file-capability.ts";
export { MAX_EXTENSION_BYTES } from "./group-reader.ts";
export type { Place } from "./id-counts.ts";
export { type FittingMaps, fittingMaps, type Unmapped, UnmappedError } from "./owners.ts";
export { type Compression, detectCompression, SIGNATURE_BYTES } from "./packing.ts";
export { ACL_KEYS, XATTR_KEYS } from "./pax-keys.ts";
export type { ShiftReport, TarCounts, Untranslated } from "./report.ts";
export { type LintedTar, lintTar, type RefuseEntry, type ScanTarOptions, scanTar, type TarOwners } from "./scan-tar.ts";
export { type ShiftMaps, shiftId, unmappedIn } from "./shift-maps.ts";
export { type PathRule, type ShiftedTar, type ShiftTarOptions, shiftTar, type TarInputOptions } from "./shift-tar.ts";
export { smallestFit } from "./smallest-fit.ts";
export type { IdTally, NameTally } from "./tally.ts";
export type { AfterEnd, EndMarkerRule, TarEnd } from "./tar-end.ts";
export type { EntryType, TarEntry } from "./tar-entry.ts";
export { InputLimitError } from "./tar-fault.ts";
export { listMembers, type SeekableTar, type TarMember } from "./tar-members.ts";
export type { Stop } from "./tar-walk.ts";
export { bodyPadding, fileHeader, tarEnd } from "./tar-writer.ts";
