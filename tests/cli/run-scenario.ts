/** A scenario of two calls, and files to run. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { folderFor } from "./command.ts";

export const SCENARIO = `version: 1
title: two calls
setup:
  namespaces:
    - { name: box, parent: init, owner: [1000, 1000], uid_map: [[0, 1000, 1]], gid_map: [[0, 1000, 1]] }
  filesystems: [{ name: disk, type: tmpfs }]
  files: [{ fs: disk, path: passwd, uid: 0, gid: 1000, mode: "0644" }]
  tasks:
    - { name: root, ns: box, uid: 1000, gid: 1000, caps: all }
steps:
  - { task: root, call: chmod, path: "disk:passwd", mode: "0666", observed: { errno: EPERM } }
  - task: root
    call: stat
    path: disk:passwd
    observed: { ok: true, uid: 65534, gid: 0, mode: "0644", type: file }
`;
export const [HEAD = "", STEPS = ""] = SCENARIO.split(/(?=steps:)/);

export function fileWith(
  t: TestContext,
  name: string,
  text: string | Uint8Array,
): { readonly folder: string; readonly path: string } {
  const folder = folderFor(t);
  const path = join(folder, name);
  writeFileSync(path, text);
  return { folder, path };
}
