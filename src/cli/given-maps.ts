import { type Command, Option } from "commander";
import type { OwnerMaps } from "../explain/index.ts";
import { type Denied, type OwnerKind, textPlace, throughParent } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
import { collect } from "./repeated-option.ts";

/** The maps that ids go through, as texts. */
export interface MapOptions {
  readonly map?: string;
  readonly gidMap?: string;
  readonly nested?: readonly string[];
  readonly gidNested?: readonly string[];
  readonly mount?: string;
  readonly gidMount?: string;
  readonly fs?: string;
  readonly gidFs?: string;
}

/** The maps that ids go through. */
export interface GivenMaps {
  /** `--map` and each `--nested`, outermost first; none for the initial namespace. */
  readonly namespaces: readonly OwnerMaps[];
  readonly mount: OwnerMaps | null;
  readonly filesystem: OwnerMaps | null;
}

const MAP_OPTIONS: readonly Option[] = [
  new Option("--map <map>", `the caller's map; the initial namespace without it: ${MAP_HELP}`),
  new Option("--gid-map <map>", "the caller's map of groups, if it is another"),
  new Option("--nested <map>", "the map of a namespace inside the one before; may be repeated").argParser(collect),
  new Option("--gid-nested <map>", "its map of groups, if it is another; as often as --nested").argParser(collect),
  new Option("--mount <map>", "the map of an idmapped mount: file system's side:kernel ids:count"),
  new Option("--gid-mount <map>", "its map of groups, if it is another"),
  new Option("--fs <map>", "the map of the namespace that owns the superblock, down to kernel ids"),
  new Option("--gid-fs <map>", "its map of groups, if it is another"),
];

export function addMapOptions(command: Command): void {
  for (const option of MAP_OPTIONS) command.addOption(option);
}

/** @throws UsernsError ERR_USAGE for an option without the one that it goes with, and what {@link loadOwnerMaps} throws */
export async function readGivenMaps(options: MapOptions): Promise<GivenMaps> {
  const first = await readMaps(options.map, options.gidMap, "--map", "--gid-map");
  const { nested = [], gidNested } = options;
  if (!first && nested.length > 0) throw usageFault("--map", "the map that --nested goes with", "none");
  if (gidNested !== undefined && gidNested.length !== nested.length)
    throw usageFault("--gid-nested", `as many as --nested: ${nested.length}`, String(gidNested.length));
  const namespaces = first ? [first] : [];
  for (const [index, text] of nested.entries()) {
    const inner = await readMaps(text, gidNested?.[index], "--nested", "--gid-nested");
    if (inner) namespaces.push(inner);
  }
  return {
    namespaces,
    mount: await readMaps(options.mount, options.gidMount, "--mount", "--gid-mount"),
    filesystem: await readMaps(options.fs, options.gidFs, "--fs", "--gid-fs"),
  };
}

async function readMaps(
  uidText: string | undefined,
  gidText: string | undefined,
  option: string,
  gidOption: string,
): Promise<OwnerMaps | null> {
  if (uidText === undefined && gidText !== undefined)
    throw usageFault(option, `the map that ${gidOption} goes with`, "none");
  if (uidText === undefined) return null;
  return loadOwnerMaps(uidText, gidText, option, gidOption);
}

/** A nested map that Linux does not take, for its parent does not hold a line of it. */
export interface NestedFault {
  readonly kind: OwnerKind;
  readonly option: "--nested" | "--gid-nested";
  /** Which of them, from 1. */
  readonly nested: number;
  readonly refusal: Denied;
}

/** The nested maps that lead out of the map before them, by the kernel's own rule. */
export function nestedFaults({ namespaces }: GivenMaps, { gidNested }: MapOptions): readonly NestedFault[] {
  return namespaces.slice(1).flatMap((inner, index) =>
    (["uid", "gid"] as const).flatMap((kind): NestedFault[] => {
      const outer = namespaces[index];
      const before = index === 0 ? "--map" : `--nested ${index}`;
      const taken = outer ? throughParent(inner[kind].extents, outer[kind], before) : null;
      if (!taken || taken.ok) return [];
      const option = kind === "gid" && gidNested !== undefined ? "--gid-nested" : "--nested";
      return [{ kind, option, nested: index + 1, refusal: taken }];
    }),
  );
}

/** `line 2: no line of --map holds all of 5:9:1` */
export function nestedFaultText({ refusal }: NestedFault): string {
  return `${textPlace(refusal, ": ")}${refusal.because}`;
}
