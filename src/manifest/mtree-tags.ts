import { fromBase64, quoted } from "../core/index.ts";
import { manifestFault } from "./manifest.ts";
import { LINK_TAG, XATTR_KEYWORD, XATTR_TAG } from "./mtree-keywords.ts";
import type { Keywords } from "./mtree-lines.ts";
import { unescapeName } from "./vis.ts";

/** What the tags of a line say, and the keywords that say the same in other tools. */
export interface MtreeTags {
  /** Of the file that this path is one of; null: it was not said. */
  readonly link: string | null;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Tags that are somebody else's; null: none. */
  readonly others: string | null;
}

/** @throws UsernsError ERR_MANIFEST for an attribute whose value is no base64 */
export function tagsOf(said: Keywords, where: string): MtreeTags {
  const xattrs = new Map<string, Uint8Array>();
  const put = (name: string, value: string, word: string): void => {
    const [known, bytes] = [unescapeName(name), fromBase64(value)];
    if (known === null || known === "" || bytes === null)
      throw manifestFault(where, "the name of an attribute and its value in base64", quoted(word));
    xattrs.set(known, bytes);
  };
  for (const [keyword, value] of said)
    if (keyword.startsWith(XATTR_KEYWORD)) put(keyword.slice(XATTR_KEYWORD.length), value ?? "", `${keyword}=${value}`);
  let link: string | null = null;
  const others: string[] = [];
  for (const tag of said.get("tags")?.split(",") ?? []) {
    const colon = tag.indexOf(":");
    if (tag.startsWith(LINK_TAG)) link = tag.slice(LINK_TAG.length);
    else if (tag.startsWith(XATTR_TAG) && colon > 0) put(tag.slice(XATTR_TAG.length, colon), tag.slice(colon + 1), tag);
    else others.push(tag);
  }
  return { link, xattrs, others: others.length > 0 ? others.join(",") : null };
}
