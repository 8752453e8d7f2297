import { type KeptFile, readKept } from "./kept-lines.ts";

/** Where subordinate ids come from. */
export interface SubidSource {
  /** `files`, `sss`, or the name of a library: NAME is libsubid_NAME.so. */
  readonly source: string;
}

/**
 * Read /etc/nsswitch.conf for its `subid:` line; every other line is kept as it is. shadow takes one source: a line with
 * more has a fault.
 *
 * @source nsswitch.conf(5); getsubids(1), "NSS"
 * @example parseNsswitch("passwd: files\nsubid: sss\n").lines[1]?.entry // { source: "sss" }
 */
export function parseNsswitch(text: string, where = "/etc/nsswitch.conf"): KeptFile<SubidSource> {
  return readKept(text, where, (line) => {
    const sources = /^\s*subid\s*:([^#]*)/.exec(line)?.[1]?.trim().split(/\s+/);
    if (!sources) return { entry: null, fault: null };
    const [source = "", ...surplus] = sources;
    if (source === "" || surplus.length > 0)
      return { entry: null, fault: `expected one source, files, sss or a library's name (got ${sources.length})` };
    return { entry: { source }, fault: null };
  });
}

/** The source that a file names; `files` where it names none. */
export function subidSource(file: KeptFile<SubidSource>): string {
  return file.lines.find(({ entry }) => entry !== null)?.entry?.source ?? "files";
}
