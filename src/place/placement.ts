import type { MapPair } from "../formats/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { IdmapAnswer, ReachedAccount } from "../policy/index.ts";
import type { HostAction } from "./host-actions.ts";
import type { IdsByKind } from "./used-ids.ts";

/** Ways to have the owners of an image on a host. */
export const BACKENDS = ["chunk", "static", "mount", "fsid", "paper"] as const;
export type Backend = (typeof BACKENDS)[number];

/** What is to be placed, and what the caller and his machine have. */
export interface PlaceRequest {
  readonly manifest: Manifest;
  /** The names of the manifest's file and of the folder with the image's files, for the actions. */
  readonly names: { readonly manifest: string; readonly files: string };
  /** Is the caller root where he is, and so may write maps without newuidmap and mount? */
  readonly isRoot: boolean;
  /** The ids that were granted to him, as he counts them where he is. */
  readonly ranges: IdsByKind;
  /** The map of the container that he is in, whose root did not mount the disk; null: he is in none. */
  readonly container: MapPair | null;
  /** Were the ranges lent for as long as something runs, as nsresourced does? */
  readonly isTransient: boolean;
  /** May the ids that are used be mapped alone, and the others be left out? */
  readonly isSparse: boolean;
  /** Can the file system that holds the image be mounted idmapped? */
  readonly idmap: IdmapAnswer;
  /** Has the kernel fsid mappings, which were proposed and never merged? */
  readonly hasFsid: boolean;
  /** Accounts of the host; root is one, whether named or not. */
  readonly accounts: readonly ReachedAccount[];
  /** May they be reached all the same? */
  readonly mayReachHost: boolean;
}

/** How an image is placed by a backend, or why it is not. */
export type Placement = Placed | NotPlaced;

export interface Placed {
  readonly backend: Backend;
  readonly ok: true;
  /** From ids of the image to those on the disk; null: every file is the caller's, and owners are kept beside it. */
  readonly disk: MapPair | null;
  /** From ids of the image to the kernel's while it runs; null where nothing runs as others. */
  readonly run: MapPair | null;
  /** What is to be done on the host, in order. */
  readonly actions: readonly HostAction[];
}

export interface NotPlaced {
  readonly backend: Backend;
  readonly ok: false;
  readonly reason: string;
  /** What would help. */
  readonly options: readonly string[];
}
