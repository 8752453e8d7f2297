import type { KeyIndex } from "./key.ts";
import { byteCount } from "./path-name.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  descriptionLength: {
    sentence: "The description of a key has 4,095 bytes at most.",
    source: "add_key(2), keyctl_search(3): EINVAL; tests/vectors/own/keys.json",
  },
  descriptionIsThere: {
    sentence: "A key has a description.",
    source: "add_key(2): EINVAL; tests/vectors/own/keys.json",
  },
  keyringOfKernel: {
    sentence: "Keyrings whose names begin with a dot are the kernel's own.",
    source: "add_key(2), keyctl_join_session_keyring(3): EPERM",
  },
});

/** `KEY_MAX_DESC_SIZE`, without the NUL that ends it. */
const MAX_BYTES = 4095;

/** May a key be asked for under this name? @returns EINVAL */
export function mayAskFor(description: string): Verdict {
  const bytes = byteCount(description);
  return bytes > MAX_BYTES ? deny("EINVAL", RULES.descriptionLength, `${bytes} bytes`) : allow();
}

/** May user space give a key this name? That there is one is looked at later: {@link hasName}. @returns EINVAL, EPERM */
export function mayName({ type, description }: KeyIndex): Verdict {
  const asked = mayAskFor(description);
  if (!asked.ok) return asked;
  return type === "keyring" && description.startsWith(".")
    ? deny("EPERM", RULES.keyringOfKernel, `"${description}"`)
    : allow();
}

/** Has a key that is to be made a name? @returns EINVAL */
export function hasName({ description }: KeyIndex): Verdict {
  return description === "" ? deny("EINVAL", RULES.descriptionIsThere) : allow();
}

/** May a keyring have this name? @returns EINVAL, EPERM */
export function mayNameKeyring(description: string): Verdict {
  const keyring = { type: "keyring", description } as const;
  const named = mayName(keyring);
  return named.ok ? hasName(keyring) : named;
}
