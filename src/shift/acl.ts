import { isId, type Kind, quoted } from "../core/index.ts";
import { bytesOf, textOf } from "./pax-records.ts";

/** Gives the id that stands for another from now on. */
export type Translate = (kind: Kind, id: number) => number;

/** Why a value could not be read: what was expected there, and what stood there if that is short. */
export interface Malformed {
  readonly expected: string;
  readonly got?: string;
}

const ACL_VERSION = 2;
const HEAD_BYTES = 4;
const ENTRY_BYTES = 8;
/** The tags of the two sorts of entries that carry an id. */
const TAGS: ReadonlyMap<number, Kind> = new Map([
  [0x02, "uid"],
  [0x08, "gid"],
]);

/**
 * Translate the ids of a POSIX ACL as the kernel stores it: a version (2), then entries of tag, permissions and id,
 * little-endian.
 *
 * @returns a new value of the same length
 * @source  acl(5); linux/posix_acl_xattr.h, the layout of system.posix_acl_access and system.posix_acl_default
 */
export function translateAclBytes(value: Uint8Array, translate: Translate): Uint8Array | Malformed {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const isWhole = value.length >= HEAD_BYTES && (value.length - HEAD_BYTES) % ENTRY_BYTES === 0;
  if (!isWhole || view.getUint32(0, true) !== ACL_VERSION)
    return { expected: "a POSIX ACL of version 2: 4 bytes, and 8 for each entry" };
  const changed = value.slice();
  const out = new DataView(changed.buffer);
  for (let at = HEAD_BYTES; at < value.length; at += ENTRY_BYTES) {
    const kind = TAGS.get(view.getUint16(at, true));
    if (kind) out.setUint32(at + 4, translate(kind, view.getUint32(at + 4, true)), true);
  }
  return changed;
}

/** `user:NAME:rwx`, `group:1001:r-x:1001`, and the NFSv4 form `user:NAME:rwx…:fd:allow:1001`. */
const NAMED_ENTRY = /^(\s*(?:d(?:efault)?:)?)(u(?:ser)?|g(?:roup)?):([^:]+):(.*)$/s;
/** An id behind the last colon; star and libarchive put it there, so that names need not be looked up. */
const TRAILING_ID = /^(.*:)(\d+)(\s*(?:#.*)?)$/s;

/** What happens to the names of an ACL in text. */
export interface AclTextOptions {
  /** Put the id in place of each name that has one. */
  readonly dropNames: boolean;
  /** Told of an entry with a name and no id: it stays as it is, for nobody here knows whom it names. */
  readonly onNameWithoutId: (name: string) => void;
}

/**
 * Translate the ids of an ACL in text, entries apart by commas or newlines.
 *
 * @returns the whole text, every byte that is no id kept
 * @source  star(4), "SCHILY.acl.access"; libarchive's tar(5), "SCHILY.acl.ace"
 */
export function translateAclText(
  value: Uint8Array,
  translate: Translate,
  options: AclTextOptions,
): Uint8Array | Malformed {
  let tooLarge: string | null = null;
  const translated = (kind: Kind, digits: string): string => {
    const id = Number(digits);
    if (!isId(id)) {
      tooLarge ??= digits;
      return digits;
    }
    const to = translate(kind, id);
    return to === id ? digits : String(to).padStart(digits.startsWith("0") ? digits.length : 0, "0");
  };
  const entry = (text: string): string => {
    const named = NAMED_ENTRY.exec(text);
    if (!named) return text;
    const [, head = "", tag = "", name = "", rest = ""] = named;
    const kind: Kind = tag.startsWith("u") ? "uid" : "gid";
    const trailing = TRAILING_ID.exec(rest);
    const id = trailing?.[2] === undefined ? null : translated(kind, trailing[2]);
    const isNumber = /^\d+$/.test(name);
    if (!isNumber && id === null) options.onNameWithoutId(name);
    const newName = isNumber ? translated(kind, name) : options.dropNames && id !== null ? id : name;
    return `${head}${tag}:${newName}:${id === null ? rest : `${trailing?.[1]}${id}${trailing?.[3]}`}`;
  };
  const text = textOf(value, 0, value.length)
    .split(/([,\n])/)
    .map(entry)
    .join("");
  return tooLarge === null
    ? bytesOf(text)
    : { expected: "ids of at most 4294967295 in the ACL", got: quoted(tooLarge) };
}
