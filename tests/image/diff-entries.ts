/** Entries of layers by what access depends on. */
import { entry, id7, pax, type Records } from "../shift/archive.ts";

interface Owned {
  readonly uid?: number;
  readonly gid?: number;
  readonly attributes?: Records;
}

const headerOf = (name: string, mode: number, { uid = 0, gid = 0 }: Owned) => ({
  name,
  uid: id7(uid),
  gid: id7(gid),
  at: { 100: `${mode.toString(8).padStart(7, "0")}\0` },
});

function withAttributes(own: Uint8Array, { attributes }: Owned): Uint8Array {
  if (!attributes) return own;
  const named = Object.entries(attributes).map(([name, value]) => [`SCHILY.xattr.${name}`, value]);
  return Buffer.concat([pax(Object.fromEntries(named)), own]);
}

export function dir(name: string, mode = 0o755, owned: Owned = {}): Uint8Array {
  return withAttributes(entry({ ...headerOf(`${name}/`, mode, owned), type: "5" }), owned);
}

export function file(name: string, mode = 0o644, owned: Owned = {}, body = "x"): Uint8Array {
  return withAttributes(entry(headerOf(name, mode, owned), body), owned);
}

export function link(name: string, to: string, type: "1" | "2"): Uint8Array {
  return entry({ name, type, at: { 100: "0000777\0", 157: to } });
}

const PASSWD = "root:x:0:0::/:/x\ndaemon:x:1:1::/:/x\nwww-data:x:33:33::/:/x\n";
const GROUP = "root:x:0:\nshadow:x:42:www-data,root\nwww-data:x:33:\n";

/** The accounts root, daemon and www-data, who is in the group shadow too. */
export const ACCOUNTS: readonly Uint8Array[] = [
  file("etc/passwd", 0o644, {}, PASSWD),
  file("etc/group", 0o644, {}, GROUP),
];

/** Tags of an ACL's entries. */
export const ACL = { userObj: 1, user: 2, groupObj: 4, group: 8, mask: 16, other: 32, none: 2 ** 32 - 1 } as const;
