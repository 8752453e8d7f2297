import {
  type KeptFile,
  type KeptLine,
  printKept,
  type SubidEntry,
  type SubidFile,
  setLoginDef,
  subidLine,
} from "../../formats/index.ts";
import { addSubid } from "../subid-edit.ts";
import type { Fix } from "./finding.ts";
import type { HostFiles } from "./host.ts";

/** A file of text, before and after every fix. */
export interface Patch {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export type SubidName = "subuid" | "subgid";

/**
 * The files of a machine while fixes are made to them, one on top of the other: what one fix hands out, the next does
 * not, and all together are one patch a file.
 */
export class Draft {
  readonly #before: HostFiles;
  #files: HostFiles;

  constructor(files: HostFiles) {
    this.#before = files;
    this.#files = files;
  }

  /** As they are after the fixes so far. */
  get files(): HostFiles {
    return this.#files;
  }

  addLine(name: SubidName, entry: SubidEntry): Fix[] {
    return this.#edit(name, null, subidLine(entry).text, (file) => addSubid(file, entry));
  }

  /** Another line in its place. Nothing where a fix before this one has changed the line. */
  replaceLine(name: SubidName, line: KeptLine<SubidEntry>, entry: SubidEntry): Fix[] {
    return this.#exchange(name, line, { ...subidLine(entry), line: line.line });
  }

  /** A comment in its place, which says the same to people. */
  commentOut(name: SubidName, line: KeptLine<SubidEntry>): Fix[] {
    return this.#exchange(name, line, { ...line, text: `# ${line.text}`, entry: null, fault: null });
  }

  setLoginDef(key: string, value: string): Fix[] {
    const file = this.#files.loginDefs;
    if (!file) return [];
    const old = file.lines.findLast(({ entry }) => entry?.key === key)?.text ?? null;
    this.#files = { ...this.#files, loginDefs: setLoginDef(file, key, value) };
    return [{ kind: "edit", path: file.where, from: old, to: `${key}\t${value}` }];
  }

  /** What has changed, a file at a time. */
  patches(): readonly Patch[] {
    return (["subuid", "subgid", "loginDefs"] as const).flatMap((name) => {
      const [before, after] = [this.#before[name], this.#files[name]];
      if (!before || !after || before === after) return [];
      return [{ path: before.where, before: printKept(before), after: printKept(after) }];
    });
  }

  #exchange(name: SubidName, line: KeptLine<SubidEntry>, other: KeptLine<SubidEntry>): Fix[] {
    if (!this.#files[name]?.lines.includes(line)) return [];
    return this.#edit(name, line.text, other.text, (file) => ({
      ...file,
      lines: file.lines.map((each) => (each === line ? other : each)),
    }));
  }

  #edit(name: SubidName, from: string | null, to: string, change: (file: SubidFile) => KeptFile<SubidEntry>): Fix[] {
    const file = this.#files[name];
    if (!file) return [];
    this.#files = { ...this.#files, [name]: change(file) };
    return [{ kind: "edit", path: file.where, from, to }];
  }
}
