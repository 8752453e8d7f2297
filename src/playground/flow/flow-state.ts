import { NO_ID } from "../../core/index.ts";
import { badLink, type Fields, fieldsOf, flagOf, numberOf, textOf, wordOf } from "../page/read-json.ts";

/** A namespace of the chain, as it was typed. */
export interface FlowNamespace {
  readonly name: string;
  /** Its map in any format; empty where none is written. Lower ids are those of the namespace before it. */
  readonly map: string;
}

/** An id that was picked, and the column where it is one: 0 is the innermost namespace's. */
export interface Picked {
  readonly column: number;
  readonly id: number;
  /** Of an isolated namespace; 0 for a classical id. */
  readonly number: number;
}

/** What the flow shows: everything that its link holds. */
export interface FlowState {
  readonly kind: "uid" | "gid";
  /** Outermost first; at least one. */
  readonly namespaces: readonly FlowNamespace[];
  /** Is the only namespace isolated? */
  readonly isIsolated: boolean;
  /** How the mount is idmapped: not at all, by a map, or by the innermost namespace's own. */
  readonly mount: "plain" | "map" | "own";
  readonly mountMap: string;
  /** The map of the namespace that owns the file system; empty for the initial one. */
  readonly filesystem: string;
  readonly scale: "folded" | "linear";
  readonly picked: Picked;
}

/** Namespaces in one another that still are told apart on a small screen. */
export const MOST_NAMESPACES = 3;

export const FIRST_FLOW: FlowState = {
  kind: "uid",
  namespaces: [{ name: "container", map: "0:1000:1,1:100000:65536" }],
  isIsolated: false,
  mount: "plain",
  mountMap: "",
  filesystem: "",
  scale: "folded",
  picked: { column: 0, id: 42, number: 0 },
};

/** @throws UsernsError ERR_USAGE for what is none */
export function readFlow(json: unknown): FlowState {
  const fields = fieldsOf(json, "flow");
  const namespaces = Array.isArray(fields.namespaces) ? fields.namespaces.map(readNamespace) : [];
  if (namespaces.length === 0 || namespaces.length > MOST_NAMESPACES)
    throw badLink("namespaces", `a list of 1 to ${MOST_NAMESPACES}`, fields.namespaces);
  return {
    kind: wordOf(fields, "kind", ["uid", "gid"], "uid"),
    namespaces,
    isIsolated: flagOf(fields, "isIsolated") && namespaces.length === 1,
    mount: wordOf(fields, "mount", ["plain", "map", "own"], "plain"),
    mountMap: textOf(fields, "mountMap", ""),
    filesystem: textOf(fields, "filesystem", ""),
    scale: wordOf(fields, "scale", ["folded", "linear"], "folded"),
    picked: readPicked(fieldsOf(fields.picked ?? {}, "picked")),
  };
}

function readNamespace(json: unknown): FlowNamespace {
  const fields = fieldsOf(json, "namespace");
  return { name: textOf(fields, "name", "container"), map: textOf(fields, "map", "") };
}

function readPicked(fields: Fields): Picked {
  const id = numberOf(fields, "id", 0);
  if (id >= NO_ID) throw badLink("id", `an id below ${NO_ID}`, id);
  return { column: numberOf(fields, "column", 0), id, number: numberOf(fields, "number", 0) };
}
