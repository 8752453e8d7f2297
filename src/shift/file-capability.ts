import type { Malformed, Translate } from "./acl.ts";

/**
 * What becomes of a `security.capability` that names no root user (revisions 1 and 2).
 *
 * Such a value is valid for the root of the namespace that the file system belongs to: written on the host, it counts
 * there, and inside every user namespace it is ignored on exec.
 *
 * - `keep`: the bytes stay, so that shifting back gives the same archive. A program that unpacks the layer inside the
 *   namespace has the kernel turn it into revision 3 by itself.
 * - `namespace`: revision 3 with the root id that 0 is mapped to, for a layer that is unpacked outside. In reverse, a
 *   revision 3 whose root is 0 inside becomes revision 2 again.
 *
 * @source capabilities(7), "Namespaced file capabilities"; vectors/linux-6.18/4-open-00772 and 00419
 */
export type CapabilityRule = "keep" | "namespace";

/** The highest byte of a value's first word says which revision it is; each has its one length. */
const REVISION_SHIFT = 24;
const LENGTHS: readonly (readonly [revision: number, bytes: number])[] = [
  [1, 12],
  [2, 20],
  [3, 24],
];
const ROOT_ID_AT = 20;

/** A value as it shall be, and what it was. */
export interface TranslatedCapability {
  readonly value: Uint8Array;
  readonly hadRootId: boolean;
}

/**
 * Translate the root id of a file capability.
 *
 * @param isReverse  the direction that `translate` goes, which decides what `namespace` means
 */
export function translateCapability(
  value: Uint8Array,
  translate: Translate,
  rule: CapabilityRule,
  isReverse: boolean,
): TranslatedCapability | Malformed {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const head = value.length >= 4 ? view.getUint32(0, true) : 0;
  const revision = head >>> REVISION_SHIFT;
  if (!LENGTHS.some(([known, bytes]) => known === revision && bytes === value.length))
    return { expected: "a file capability of revision 1, 2 or 3: 12, 20 or 24 bytes" };
  if (revision === 3) {
    const root = translate("uid", view.getUint32(ROOT_ID_AT, true));
    const keepsRoot = rule === "keep" || !isReverse || root !== 0;
    return { value: keepsRoot ? withRoot(value, head, root) : withoutRoot(value, head), hadRootId: true };
  }
  if (rule === "keep" || isReverse || revision === 1) return { value, hadRootId: false };
  return { value: withRoot(value, head, translate("uid", 0)), hadRootId: false };
}

function withRoot(value: Uint8Array, head: number, root: number): Uint8Array {
  const changed = new Uint8Array(24);
  changed.set(value);
  const view = new DataView(changed.buffer);
  view.setUint32(0, (3 << REVISION_SHIFT) | (head & 0xff_ffff), true);
  view.setUint32(ROOT_ID_AT, root, true);
  return changed;
}

function withoutRoot(value: Uint8Array, head: number): Uint8Array {
  const changed = value.slice(0, 20);
  new DataView(changed.buffer).setUint32(0, (2 << REVISION_SHIFT) | (head & 0xff_ffff), true);
  return changed;
}
