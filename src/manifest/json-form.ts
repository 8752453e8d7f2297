import { fromBase64, toBase64 } from "../core/index.ts";
import { type InodeType, showMode } from "../kernel/index.ts";
import { readAclText, showAclText, wholeAcl } from "./acl-text.ts";
import { readCapabilityText, showCapabilityText } from "./capability-text.ts";
import { readDeviceNumbers } from "./device-number.ts";
import { type DeviceNumber, ENTRY_TYPES, type ManifestEntry } from "./entry.ts";
import { JsonPlace } from "./json-place.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { readMode } from "./mode-text.ts";
import { isTooLong, MOST_PATH_BYTES } from "./path-text.ts";
import { readTime, showTime } from "./time.ts";

/** The version of the form that is read and written. */
const VERSION = 1;

/** A manifest as JSON. */
export interface ManifestJson {
  readonly version: typeof VERSION;
  readonly entries: readonly EntryJson[];
}

/** An entry as JSON: what it does not have is left out. */
export interface EntryJson {
  /** Bytes that are no UTF-8 are lone surrogates: `"\udcff"` is the byte ff. */
  readonly path: string;
  readonly type: InodeType;
  /** In octal digits: `"4755"`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** `"8:1"` */
  readonly device?: string;
  readonly target?: string;
  readonly linkGroup?: number;
  readonly size?: number;
  readonly sha256?: string;
  /** `"1700000000.000000000"` */
  readonly mtime?: string;
  /** In the text form of acl(5), ids for names: `"user::rw-,user:33:r--,group::r--,mask::r--,other::---"`. */
  readonly acl?: string;
  readonly defaultAcl?: string;
  /** In the text form of cap_to_text(3): `"cap_net_raw=ep"`, and ` [rootid=N]` behind it. */
  readonly capability?: string;
  /** Other extended attributes, their values in base64. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Keywords of an mtree that mean nothing here. */
  readonly keywords?: Readonly<Record<string, string | null>>;
}

/**
 * A manifest as JSON values, in canonical order.
 *
 * @example manifestToJson(readMtree(". type=dir mode=755 uid=0 gid=0")).entries[0]?.mode // "0755"
 */
export function manifestToJson(manifest: Manifest): ManifestJson {
  return { version: VERSION, entries: manifest.entries.map(entryToJson) };
}

function entryToJson(entry: ManifestEntry): EntryJson {
  const { path, type, uid, gid, device, target, linkGroup, sizeBytes, sha256, mtime, acls, capability } = entry;
  return {
    path,
    type,
    mode: showMode(entry.mode),
    uid,
    gid,
    ...(device && { device: `${device.major}:${device.minor}` }),
    ...(target !== null && { target }),
    ...(linkGroup !== null && { linkGroup }),
    ...(sizeBytes !== null && { size: sizeBytes }),
    ...(sha256 !== null && { sha256 }),
    ...(mtime && { mtime: showTime(mtime) }),
    ...(acls.access && { acl: showAclText(acls.access) }),
    ...(acls.default && { defaultAcl: showAclText(acls.default) }),
    ...(capability && { capability: showCapabilityText(capability) }),
    ...(entry.xattrs.size > 0 && { xattrs: sorted(entry.xattrs, toBase64) }),
    ...(entry.keywords.size > 0 && { keywords: sorted(entry.keywords, (value) => value) }),
  };
}

function sorted<From, To>(map: ReadonlyMap<string, From>, show: (value: From) => To): Record<string, To> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, show(value)]));
}

/**
 * A manifest of JSON values.
 *
 * @throws UsernsError ERR_MANIFEST with the JSON path
 */
export function manifestFromJson(json: unknown, name = "manifest"): Manifest {
  const root = new JsonPlace(json, { name, code: "ERR_MANIFEST" });
  const version = root.member("version");
  if (version.value !== VERSION) throw version.fault(`version ${VERSION}`);
  const places = root.member("entries").items("a list of entries");
  return manifestOf(places.map(entryFromJson), name, (index) => places[index]?.where ?? name);
}

const TYPES: ReadonlyMap<string, InodeType> = new Map(ENTRY_TYPES.map((type) => [type, type]));

const KEYS = {
  path: true,
  type: true,
  mode: true,
  uid: true,
  gid: true,
  device: true,
  target: true,
  linkGroup: true,
  size: true,
  sha256: true,
  mtime: true,
  acl: true,
  defaultAcl: true,
  capability: true,
  xattrs: true,
  keywords: true,
} as const satisfies Record<keyof EntryJson, true>;

const asIs = (text: string): string => text;

function entryFromJson(place: JsonPlace): ManifestEntry {
  place.onlyKeys(Object.keys(KEYS));
  const at = (key: keyof EntryJson): JsonPlace => place.member(key);
  const type = at("type").text(`one of ${ENTRY_TYPES.join(", ")}`, (text) => TYPES.get(text) ?? null);
  const isDevice = type === "chr" || type === "blk";
  const acl = (key: keyof EntryJson) =>
    at(key).textIfThere("an ACL as text", (text, where) => wholeAcl(readAclText(text, where), where));
  return {
    path: at("path").text(`a path of at most ${MOST_PATH_BYTES} bytes`, (path) => (isTooLong(path) ? null : path)),
    type,
    mode: at("mode").text("a mode of at most four octal digits", readMode),
    uid: at("uid").id(),
    gid: at("gid").id(),
    device: isDevice ? at("device").text("MAJOR:MINOR", readDevice) : null,
    target: type === "symlink" ? at("target").text("where it leads", asIs) : null,
    linkGroup: at("linkGroup").countIfThere(),
    sizeBytes: at("size").countIfThere(),
    sha256: at("sha256").textIfThere("64 hexadecimal digits in small letters", readSha256),
    mtime: at("mtime").textIfThere("SECONDS.NANOSECONDS", readTime),
    acls: { access: acl("acl"), default: acl("defaultAcl") },
    capability: at("capability").textIfThere("capabilities as text", readCapabilityText),
    xattrs: at("xattrs").members("values by name", (one) => one.text("a value in base64", fromBase64)),
    keywords: at("keywords").members("values by keyword", (one) =>
      one.value === null ? null : one.text("a text or null", asIs),
    ),
  };
}

function readSha256(text: string): string | null {
  return /^[0-9a-f]{64}$/.test(text) ? text : null;
}

function readDevice(text: string): DeviceNumber | null {
  const [major = "", minor = "", ...surplus] = text.split(":");
  return surplus.length > 0 ? null : readDeviceNumbers(major, minor);
}
