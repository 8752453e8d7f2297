import type { Cred } from "./cred.ts";
import { type Key, type KeyIndex, type KeyRef, linkName } from "./key.ts";
import { keyPermission } from "./key-permission.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyFound: {
    sentence:
      "A search goes through a keyring and the keyrings in it that grant search, and finds a key that grants it too.",
    source: "keyctl_search(3), keyrings(7), Possession: ENOKEY; tests/vectors/own/keys.json",
  },
  keyringsNest: {
    sentence: "No keyring holds itself, at whatever depth, and none is nested deeper than six times.",
    source: "keyctl_link(3): EDEADLK, ELOOP; tests/vectors/own/keys.json",
  },
});

/** How deep a search goes below the keyring it begins with. */
const MAX_DEPTH = 6;

/** What is looked for: a key by its name, or that very key. */
type Wanted = KeyIndex | Key;

function isWanted(key: Key, wanted: Wanted): boolean {
  return "links" in wanted ? key === wanted : linkName(key) === linkName(wanted);
}

/**
 * `keyring_search`: a key in a keyring, which may be that itself, and below it. Of several in different keyrings below,
 * the kernel's hashes decide which comes first; here the one that was linked first.
 *
 * @returns  ENOKEY; EACCES where all that was found does not grant search
 */
export function searchKeyring(
  world: World,
  cred: Cred,
  { key: root, isPossessed }: KeyRef,
  wanted: Wanted,
): Verdict<KeyRef> {
  let refused: Verdict<KeyRef> | null = null;
  let level: readonly Key[] = [root];
  const atRoot = keyPermission(world, cred, { key: root, isPossessed }, "search");
  if (!atRoot.ok) return atRoot;
  const seen = new Set<Key>();
  const visit = (key: Key): KeyRef | null => {
    if (!isWanted(key, wanted)) return null;
    const granted = keyPermission(world, cred, { key, isPossessed }, "search");
    if (granted.ok) return { key, isPossessed };
    refused = granted;
    return null;
  };
  const itself = visit(root);
  if (itself) return allow(itself, RULES.keyFound);
  for (let depth = 0; level.length > 0 && depth <= MAX_DEPTH; depth++) {
    const below: Key[] = [];
    for (const keyring of level) {
      if (seen.has(keyring)) continue;
      seen.add(keyring);
      const named = keyring.links.get(linkName(wanted));
      const found = named && visit(named);
      if (found) return allow(found, RULES.keyFound);
      for (const key of keyring.links.values())
        if (key.type === "keyring" && keyPermission(world, cred, { key, isPossessed }, "search").ok) below.push(key);
    }
    level = below;
  }
  return refused ?? deny("ENOKEY", RULES.keyFound, `no ${linkName(wanted)} below "${root.description}"`);
}

/** Would a link from the one to the other keep keyrings free of loops, and not too deep? @returns EDEADLK, ELOOP */
export function mayNest(keyring: Key, key: Key): Verdict {
  let level: readonly Key[] = key.type === "keyring" ? [key] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (level.includes(keyring)) return deny("EDEADLK", RULES.keyringsNest, `"${keyring.description}" is in it`);
    if (depth > MAX_DEPTH) return deny("ELOOP", RULES.keyringsNest, `${depth} keyrings below one another`);
    level = level.flatMap(({ links }) => [...links.values()].filter(({ type }) => type === "keyring"));
  }
  return allow();
}
