import { quoted, UsernsError } from "../core/index.ts";

/** What asking a source came to. */
export type NssStatus = "SUCCESS" | "NOTFOUND" | "UNAVAIL" | "TRYAGAIN";

/** A source of a line of nsswitch.conf, and the outcomes after which no other is asked. */
export interface NssSource {
  readonly name: string;
  readonly returnsOn: ReadonlySet<NssStatus>;
}

const STATUSES: readonly NssStatus[] = ["SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"];

/**
 * A line of nsswitch.conf: which sources a name is looked up in, in which order. After a success no other source is
 * asked, unless an action in brackets says so.
 *
 * @param where  named in errors: `/etc/nsswitch.conf:7`
 * @throws UsernsError ERR_MAP_TEXT for what is no source and no action
 * @source nsswitch.conf(5)
 * @example parseNssLine("passwd: files [!NOTFOUND=return] alloc", "line").map(({ name }) => name) // ["files", "alloc"]
 */
export function parseNssLine(text: string, where: string): readonly NssSource[] {
  const [, list = ""] = /^(?:\s*\w+:)?(.*)$/s.exec(text.replace(/#.*$/s, "")) ?? [];
  const sources: NssSource[] = [];
  for (const [piece] of list.matchAll(/\[[^\]]*\]?|[^\s[]+/g)) {
    const before = sources.at(-1);
    if (!piece.startsWith("[")) sources.push({ name: piece, returnsOn: new Set<NssStatus>(["SUCCESS"]) });
    else if (before)
      sources[sources.length - 1] = { ...before, returnsOn: withActions(before.returnsOn, piece, where) };
    else throw new UsernsError("ERR_MAP_TEXT", { where, expected: "a source before its action", got: quoted(piece) });
  }
  return sources;
}

function withActions(returnsOn: ReadonlySet<NssStatus>, piece: string, where: string): ReadonlySet<NssStatus> {
  const bad = (got: string) =>
    new UsernsError("ERR_MAP_TEXT", {
      where,
      expected: "an action such as [NOTFOUND=return] or [!SUCCESS=continue]",
      got: quoted(got),
    });
  if (!piece.endsWith("]")) throw bad(piece);
  const changed = new Set(returnsOn);
  for (const action of piece
    .slice(1, -1)
    .split(/\s+/)
    .filter((word) => word !== "")) {
    const [, not, name = "", does = ""] = /^(!?)(\w+)=(\w+)$/.exec(action) ?? [];
    const status = STATUSES.find((one) => one === name.toUpperCase());
    const isReturn = does.toLowerCase() === "return";
    if (!status || (!isReturn && does.toLowerCase() !== "continue")) throw bad(action);
    for (const one of STATUSES) {
      if ((one === status) === (not === "!")) continue;
      if (isReturn) changed.add(one);
      else changed.delete(one);
    }
  }
  return changed;
}
