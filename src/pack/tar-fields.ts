import { quoted, UsernsError } from "../core/index.ts";
import type { AclEntryText } from "../kernel/index.ts";
import {
  BARE_ENTRY,
  type DeviceNumber,
  type EntryAcls,
  entryOf,
  type FileTime,
  fieldsOfXattrs,
  inOrder,
  type ManifestEntry,
  pathOfBytes,
  readAclText,
  wholeAcl,
} from "../manifest/index.ts";
import { ACL_KEYS, type EntryType, type RefuseEntry, type TarEntry } from "../shift/index.ts";

const TYPES = {
  file: "file",
  symlink: "symlink",
  "character device": "chr",
  "block device": "blk",
  directory: "dir",
  fifo: "fifo",
} as const satisfies Record<Exclude<EntryType, "hard link">, ManifestEntry["type"]>;

/** What Linux has of device numbers: 12 bits of major, 20 of minor. */
const MOST_DEVICE: DeviceNumber = { major: 0xfff, minor: 0xf_ffff };
const TEXT = new TextDecoder();

/**
 * What an entry that is no hard link says of its file, owners and all; the digest of its bytes is not in it.
 *
 * @param path  as a manifest has it
 * @throws what `refuse` makes, for devices, times and ACLs that no file can have
 * @source star(4), SCHILY.xattr and SCHILY.acl; libarchive's tar(5), LIBARCHIVE.xattr
 */
export function entryOfTar(
  path: string,
  entry: TarEntry,
  type: keyof typeof TYPES,
  refuse: RefuseEntry,
): ManifestEntry {
  const attributes = fieldsOfXattrs(entry.attributes());
  return entryOf({
    path,
    type: TYPES[type],
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    device: deviceOf(entry, refuse),
    target: type === "symlink" ? pathOfBytes(entry.linkBytes) : null,
    sizeBytes: type === "file" ? entry.size : null,
    mtime: timeOf(entry.mtime(), refuse),
    ...attributes,
    acls: aclsOf(entry, attributes.acls, refuse),
  });
}

function deviceOf({ device }: TarEntry, refuse: RefuseEntry): DeviceNumber | null {
  if (
    device &&
    !(device.major >= 0 && device.major <= MOST_DEVICE.major && device.minor >= 0 && device.minor <= MOST_DEVICE.minor)
  )
    throw refuse(`a device up to ${MOST_DEVICE.major}:${MOST_DEVICE.minor}`, `${device.major}:${device.minor}`);
  return device;
}

/** Seconds and a fraction behind them, which a minus sign goes for too: -4.5 is half a second after -5. */
function timeOf(text: string, refuse: RefuseEntry): FileTime {
  const found = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (!found) throw refuse("a time in seconds", quoted(text));
  const [, sign = "", whole = "", fraction = ""] = found;
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (sign === "") return { seconds: Number(whole), nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - Number(whole), nanoseconds }
    : { seconds: -Number(whole) - 1, nanoseconds: 1e9 - nanoseconds };
}

/** The ACLs of attributes, as OCI has them, or else of texts, as tar programs have them; an empty one is none. */
function aclsOf(entry: TarEntry, ofAttributes: EntryAcls, refuse: RefuseEntry): EntryAcls {
  const records = entry.records();
  const one = (type: keyof EntryAcls): readonly AclEntryText[] | null => {
    const text = records.get(ACL_KEYS[type]);
    const acl = ofAttributes[type] ?? (text && text.length > 0 ? aclOfText(TEXT.decode(text), refuse) : null);
    return acl === null || acl.length === 0 ? null : valid(acl, refuse);
  };
  const [access, inherited] = [one("access"), one("default")];
  return access || inherited ? { access, default: inherited } : BARE_ENTRY.acls;
}

/** tar programs write an id behind the last colon, and a name before it. */
function aclOfText(text: string, refuse: RefuseEntry): readonly AclEntryText[] {
  const lines = text.split(/[,\n]/).map((line) =>
    line
      .replace(/#.*/, "")
      .trim()
      .replace(/^d(?:efault)?:/, ""),
  );
  const withIds = lines.filter((line) => line !== "").map((line) => line.replace(/:[^:]+:([^:]+):(\d+)$/, ":$2:$1"));
  return asked(() => readAclText(withIds.join(","), ""), refuse);
}

function valid(acl: readonly AclEntryText[], refuse: RefuseEntry): readonly AclEntryText[] {
  return asked(() => wholeAcl(inOrder(acl), ""), refuse);
}

/** What is wrong with an ACL by itself is wrong with its entry. */
function asked<T>(read: () => T, refuse: RefuseEntry): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsernsError ? refuse(`in its ACL ${error.expected}`, error.got) : error;
  }
}
