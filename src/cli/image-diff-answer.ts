import { showExtent } from "../core/index.ts";
import type {
  AccessTask,
  ChangeGroup,
  ComparedTask,
  Image,
  ImpossibleTask,
  PathChange,
  PrivilegeChange,
} from "../image/index.ts";

/** The `--json` of `userns image diff`. */
export interface ImageDiffAnswer {
  readonly a: ComparedImage;
  readonly b: ComparedImage;
  readonly tasks: readonly AskedTask[];
  /** Tasks that were not asked for, because a side does not map an id of theirs. */
  readonly impossible: readonly ImpossibleTask[];
  /** How many paths somebody gains or loses access to. */
  readonly count: number;
  readonly groups: readonly ChangeGroup[];
  /** Paths of further groups, beyond the number that is kept. */
  readonly unlisted: number;
  /** Set-id programs and programs with file capabilities that are new, gone or another's. */
  readonly programs: { readonly count: number; readonly programs: readonly PrivilegeChange[] };
  readonly paths: Iterable<PathChange>;
}

/** One side of the comparison. */
export interface ComparedImage {
  readonly image: string;
  readonly form: Image["form"];
  /** The kernel that it is unpacked and run on: `linux-6.18+isolated`. */
  readonly profile: string;
  /** Its platform, or its name in an archive. */
  readonly name: string;
}

/** A task that was asked for, as it is on each side. */
export interface AskedTask {
  readonly name: string;
  readonly a: AskedUser;
  readonly b: AskedUser;
}

/** Ids and capabilities, counted where the task is: in the image's namespace, on the host, or behind these maps. */
export interface AskedUser extends Omit<AccessTask, "place"> {
  readonly place: "image" | "host" | { readonly [K in "uid" | "gid"]: readonly string[] };
}

/** A task with its maps as lines: `0:100000:65536`. */
export function askedTask({ name, a, b }: ComparedTask): AskedTask {
  return { name, a: askedUser(a), b: askedUser(b) };
}

function askedUser({ place, ...user }: AccessTask): AskedUser {
  if (typeof place === "string") return { ...user, place };
  return { ...user, place: { uid: place.uid.extents.map(showExtent), gid: place.gid.extents.map(showExtent) } };
}
