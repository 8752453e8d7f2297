import { capabilityHead, capabilityRoot, withCapabilityRoot } from "../kernel/capability-xattr.ts";
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
  const head = capabilityHead(value);
  if (!head) return { expected: "a file capability of revision 1, 2 or 3: 12, 20 or 24 bytes" };
  if (head.revision === 3) {
    const root = translate("uid", capabilityRoot(value));
    const keepsRoot = rule === "keep" || !isReverse || root !== 0;
    return { value: withCapabilityRoot(value, head, keepsRoot ? root : null), hadRootId: true };
  }
  if (rule === "keep" || isReverse || head.revision === 1) return { value, hadRootId: false };
  return { value: withCapabilityRoot(value, head, translate("uid", 0)), hadRootId: false };
}
