import { lastOf, type Range } from "../core/index.ts";
import { pickFrom } from "./pick-block.ts";
import { UID_RANGES } from "./uid-ranges.ts";

/** Where a unit with DynamicUser= keeps what outlives its id. @source systemd.exec(5), DynamicUser=, StateDirectory= */
export interface StateDirectory {
  readonly path: string;
  /** What stands between it and everybody else, so that whoever is given the id again does not reach it. */
  readonly gate: string;
  readonly gateMode: string;
  /** Where the file system can, owned by nobody on disk and brought to the id of the day by a map of the mount. */
  readonly isIdmapped: boolean;
}

/** @example stateDirectory("x", true).path // "/var/lib/private/x" */
export function stateDirectory(name: string, canIdmap: boolean): StateDirectory {
  const gate = "/var/lib/private";
  return { path: `${gate}/${name}`, gate, gateMode: "0700", isIdmapped: canIdmap };
}

/** The id of a unit while it runs; null when a hundred are taken. */
export function dynamicUid(unit: string, isFree: (id: Range) => boolean): number | null {
  const { dynamic } = UID_RANGES;
  return pickFrom(unit, dynamic.first, lastOf(dynamic), 1, isFree)?.first ?? null;
}
