import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { idSet, idSetOf, type OwnerKind, UsernsError, union } from "../core/index.ts";
import { entriesOf } from "../formats/index.ts";
import type { IdsByKind } from "../place/index.ts";
import { scanTar } from "../shift/index.ts";
import { fileFault } from "./fault.ts";
import { readIds, readOwner } from "./id-argument.ts";
import { openLayer } from "./layer-input.ts";
import { withProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { readGroup, readPasswd } from "./tool-files.ts";

/** Where to look for them. */
export interface IdSources {
  /** `33`, `0-99`: of users and groups; `1000:100`: an owner. */
  readonly ids: readonly string[];
  readonly passwd?: string;
  readonly group?: string;
  readonly layer?: readonly string[];
  readonly tree?: readonly string[];
}

const NONE: IdsByKind = { uid: [], gid: [] };

/** All ids of all sources. @throws UsernsError ERR_USAGE, ERR_FILE, ERR_TAR, ERR_COMPRESSION */
export async function readUsedIds(sources: IdSources, terminal: Terminal): Promise<IdsByKind> {
  const found: IdsByKind[] = sources.ids.map(idsOfArgument);
  if (sources.passwd !== undefined) found.push(await idsOfPasswd(sources.passwd));
  if (sources.group !== undefined) found.push(await idsOfGroup(sources.group));
  for (const path of sources.layer ?? []) found.push(await idsOfLayer(path, terminal));
  for (const path of sources.tree ?? []) found.push(await idsOfTree(path));
  return found.reduce((all, some) => ({ uid: union(all.uid, some.uid), gid: union(all.gid, some.gid) }), NONE);
}

function idsOfArgument(text: string): IdsByKind {
  if (!text.includes(":")) {
    const ids = idSet([readIds(text, "IDS")]);
    return { uid: ids, gid: ids };
  }
  const { uid, gid } = readOwner(text, "IDS");
  return { uid: idSetOf([uid]), gid: idSetOf([gid]) };
}

async function idsOfPasswd(path: string): Promise<IdsByKind> {
  const entries = entriesOf(await readPasswd(path));
  return { uid: idSetOf(entries.map(({ uid }) => uid)), gid: idSetOf(entries.map(({ gid }) => gid)) };
}

async function idsOfGroup(path: string): Promise<IdsByKind> {
  return { uid: [], gid: idSetOf(entriesOf(await readGroup(path)).map(({ gid }) => gid)) };
}

async function idsOfLayer(path: string, terminal: Terminal): Promise<IdsByKind> {
  const input = await openLayer(path, terminal);
  const { ids, unlisted } = await withProgress(input, terminal, () => scanTar(input.tar, { name: input.where }));
  if (unlisted > 0)
    throw new UsernsError("ERR_TAR", {
      where: input.where,
      expected: "no more ids than can be kept",
      got: `${ids.length}, and others that were met ${unlisted} times`,
    });
  const of = (kind: OwnerKind) => idSetOf(ids.flatMap((tally) => (tally.kind === kind ? [tally.id] : [])));
  return { uid: of("uid"), gid: of("gid") };
}

/** Who owns the files of a folder, links not followed. */
async function idsOfTree(root: string): Promise<IdsByKind> {
  const uids = new Set<number>();
  const gids = new Set<number>();
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const { uid, gid } = await lstat(folder);
      uids.add(uid);
      gids.add(gid);
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else {
          const owner = await lstat(path);
          uids.add(owner.uid);
          gids.add(owner.gid);
        }
      }
    } catch (error) {
      throw fileFault(error, folder, "a folder whose files can be looked at");
    }
  }
  return { uid: idSetOf(uids), gid: idSetOf(gids) };
}
