import type { IdMap, OwnerKind, Range } from "../core/index.ts";
import type { MapPair } from "./map-pair.ts";
import type { Target } from "./target.ts";

/** Which maps a line belongs to. */
export type LineKind = OwnerKind | "both";

/** What a text says; null for a kind that it says nothing of. */
export interface ReadMaps {
  readonly uid: IdMap<"uid"> | null;
  readonly gid: IdMap<"gid"> | null;
  /** What a reader of the answer has to know: how the text was counted, and where a manual says otherwise. */
  readonly notes: readonly string[];
}

/** What the ids of some texts are counted from. */
export interface MapContext {
  /** The name of the input; errors say `where:line:column`, or a path into JSON. */
  readonly where: string;
  /** The user who runs the tool, and what /etc/subuid and /etc/subgid grant it; without it, root runs the tool. */
  readonly user?: ToolUser;
  /** The maps of the container that a relative mount map is of. */
  readonly container?: MapPair;
}

/** Who runs a tool without privilege. */
export interface ToolUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** In the order of the file. */
  readonly granted: { readonly [K in OwnerKind]: readonly Range[] };
}

/** A piece of what was written: one text for both kinds, or one for each. */
export interface WrittenMap {
  readonly kind: LineKind;
  readonly text: string;
}

/** One way to write id maps as text: one file, and one line in `registry.ts`. */
export interface MapFormat {
  /** Its prefix on the command line, and its name in `--json`: `podman`. */
  readonly name: string;
  /** What it is, in words: `Podman's --uidmap and --gidmap`. */
  readonly title: string;
  /** What a good text looks like, for the "expected" of an error. */
  readonly example: string;
  /** What it can hold. */
  readonly target: Target;
  /** Does the text begin like this format? A text that begins so and goes wrong later is an error, not another format. */
  recognises(text: string): boolean;
  /** @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE, and what `idMap` throws; never anything else */
  parse(text: string, context: MapContext): ReadMaps;
  /**
   * Write maps that the target holds; `parse` reads the same maps back. Null where the text names a rule and has no
   * lines of its own.
   *
   * @throws UsernsError ERR_UNMAPPED where the tool counts from ids of the context's user, and that user lacks one
   */
  readonly write: ((maps: MapPair, context: MapContext) => readonly WrittenMap[]) | null;
}
