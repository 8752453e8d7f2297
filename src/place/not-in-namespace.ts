import type { Manifest, ManifestEntry } from "../manifest/index.ts";

/**
 * What of an image nobody but the host's root can unpack: devices, and attributes that are the kernel's own.
 *
 * @returns null: all of it can be unpacked by the root of a namespace
 * @source  mknod(2), xattr(7)
 */
export function notInNamespace({ entries }: Manifest): { readonly reason: string; readonly options: string[] } | null {
  const devices = entries.filter(isDevice);
  if (devices.length > 0)
    return {
      reason: `no user namespace makes devices, and the image has ${named(devices)}`,
      options: ["leave them out of the manifest: container engines bring a /dev of their own", "mount"],
    };
  const kept = entries.filter(({ xattrs }) => [...xattrs.keys()].some((name) => /^(?:trusted|security)\./.test(name)));
  if (kept.length > 0)
    return {
      reason: `no user namespace sets attributes of trusted and security, and the image has them on ${named(kept)}`,
      options: ["leave them out of the manifest", "mount"],
    };
  return null;
}

/** A device 0, 0 is a whiteout, which Linux lets everybody make. */
function isDevice({ type, device }: ManifestEntry): boolean {
  return type === "blk" || (type === "chr" && device !== null && (device.major !== 0 || device.minor !== 0));
}

function named(entries: readonly ManifestEntry[]): string {
  const first = entries[0]?.path ?? "";
  return entries.length === 1 ? first : `${first} and ${entries.length - 1} more`;
}
