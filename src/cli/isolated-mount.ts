import type { IsolatedMount, MapsFrom, OwnerMaps } from "../explain/index.ts";
import { usageFault } from "./fault.ts";
import type { GivenMaps, MapOptions } from "./given-maps.ts";

/** `--mount` and `--fs` beside `--isolated`: each `ns2`, for the namespace of the nest with that number, or a map. */
interface ReadMount {
  /** The options without those that name a namespace, so that what is left are maps. */
  readonly others: MapOptions;
  /**
   * @param numbers  those of the nest
   * @throws UsernsError ERR_USAGE for a number that is none of them, or a second map beside one
   */
  readonly fromNest: (numbers: readonly number[], maps: GivenMaps) => IsolatedMount;
}

export function readIsolatedMount(options: MapOptions): ReadMount {
  const { mount, fs, ...others } = options;
  const [ofMount, ofFs] = [numberIn(mount), numberIn(fs)];
  return {
    others: {
      ...withoutGroups(others, ofMount !== null, ofFs !== null),
      ...(mount !== undefined && ofMount === null ? { mount } : {}),
      ...(fs !== undefined && ofFs === null ? { fs } : {}),
    },
    fromNest: (numbers, maps) => {
      const from = (
        number: number | null,
        own: OwnerMaps | null,
        option: string,
        gidText?: string,
      ): MapsFrom | null => {
        if (number === null) return own ? { maps: own } : null;
        if (number === 0 || !numbers.includes(number))
          throw usageFault(`--${option}`, "ns and one of the numbers of --isolated, or a map", `ns${number}`);
        if (gidText !== undefined)
          throw usageFault(`--gid-${option}`, `nothing: ns${number} has both its maps`, gidText);
        return { number };
      };
      return {
        idmap: from(ofMount, maps.mount, "mount", options.gidMount),
        filesystem: from(ofFs, maps.filesystem, "fs", options.gidFs),
      };
    },
  };
}

function numberIn(text: string | undefined): number | null {
  const number = /^ns(\d{1,10})$/.exec(text ?? "")?.[1];
  return number === undefined ? null : Number(number);
}

function withoutGroups({ gidMount, gidFs, ...others }: MapOptions, ofMount: boolean, ofFs: boolean): MapOptions {
  return {
    ...others,
    ...(gidMount !== undefined && !ofMount ? { gidMount } : {}),
    ...(gidFs !== undefined && !ofFs ? { gidFs } : {}),
  };
}
