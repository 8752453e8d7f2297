import type { Command } from "commander";
import type { Container, NamespaceMaps } from "../image/index.ts";
import { ISOLATED, LINUX, parseProfile } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";

/** What each side of a comparison is unpacked in, as options give it. */
export interface ContainerOptions {
  readonly mapA?: string;
  readonly gidMapA?: string;
  readonly fsMapA?: string;
  readonly gidFsMapA?: string;
  readonly profileA?: string;
  readonly mapB?: string;
  readonly gidMapB?: string;
  readonly fsMapB?: string;
  readonly gidFsMapB?: string;
  readonly profileB?: string;
}

export function addContainerOptions(command: Command): void {
  command
    .option("--map-a <map>", `the map that a is unpacked with; none without it: ${MAP_HELP}`)
    .option("--gid-map-a <map>", "its map of groups, if it is another")
    .option("--map-b <map>", "the map that b is unpacked with")
    .option("--gid-map-b <map>", "its map of groups, if it is another")
    .option(
      "--profile-a <kernel>",
      `the kernel that a is on: ${LINUX.name} without it; ${ISOLATED.name}, ${LINUX.name}+fsid=v3`,
    )
    .option("--profile-b <kernel>", "the kernel that b is on")
    .option("--fs-map-a <map>", "the fs map of a, on a kernel with +fsid; its map without it")
    .option("--gid-fs-map-a <map>", "its fs map of groups, if it is another")
    .option("--fs-map-b <map>", "the fs map of b")
    .option("--gid-fs-map-b <map>", "its fs map of groups, if it is another");
}

/** What one side is unpacked in. @throws UsernsError ERR_USAGE, ERR_PROFILE, and what maps are refused with */
export async function readContainer(options: ContainerOptions, side: "a" | "b"): Promise<Container> {
  const given =
    side === "a"
      ? { ids: [options.mapA, options.gidMapA], fs: [options.fsMapA, options.gidFsMapA], profile: options.profileA }
      : { ids: [options.mapB, options.gidMapB], fs: [options.fsMapB, options.gidFsMapB], profile: options.profileB };
  const profile = parseProfile(given.profile ?? LINUX.name, `--profile-${side}`);
  const maps = await readMaps(given.ids, "map", side);
  const fsMaps = await readMaps(given.fs, "fs-map", side);
  if (fsMaps && profile.fsid === null)
    throw usageFault(
      `--fs-map-${side}`,
      `a kernel that has fs maps: --profile-${side} ${LINUX.name}+fsid`,
      profile.name,
    );
  if (fsMaps && !maps) throw usageFault(`--map-${side}`, `the map that --fs-map-${side} goes with`, "none");
  return { profile, maps, fsMaps, isIsolated: profile.isolated !== null };
}

async function readMaps(
  [uidText, gidText]: readonly (string | undefined)[],
  name: "map" | "fs-map",
  side: "a" | "b",
): Promise<NamespaceMaps | null> {
  const [option, gidOption] = [`--${name}-${side}`, `--gid-${name}-${side}`];
  if (uidText !== undefined) return loadOwnerMaps(uidText, gidText, option, gidOption);
  if (gidText !== undefined) throw usageFault(option, `the map that ${gidOption} goes with`, "none");
  return null;
}

/** Why kernels that differ do not differ here. */
export function profileNotes(a: Container, b: Container): string[] {
  const of = (pick: (container: Container) => boolean) => [a, b].some(pick);
  const notes: string[] = [];
  if (of(({ profile }) => profile.setusers !== null))
    notes.push(
      "note: setusers() says which ids a task may take: what it may do with files once it has them is the same",
    );
  if (of(({ profile }) => profile.shiftfs))
    notes.push("note: a kernel with shiftfs shifts what is mounted through it: the files of an image are not");
  if (of(({ profile, maps }) => profile.fsid !== null && maps === null))
    notes.push("note: fsid mappings are of a namespace with maps: without a map the ids are those of the host");
  return notes;
}
