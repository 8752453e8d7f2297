import { type Engine, flattenRoute, type IdMap, type Kind, NO_ID, UsernsError } from "../core/index.ts";
import type { CapabilityRule } from "./file-capability.ts";
import { InsidePaths } from "./inside-paths.ts";
import { OwnerRewriter } from "./owner-rewriter.ts";
import { fittingMaps, ShiftedOwners, type Unmapped, UnmappedError } from "./owners.ts";
import { newCounting, type ShiftReport } from "./report.ts";
import type { ShiftMaps } from "./shift-maps.ts";
import type { EndMarkerRule } from "./tar-end.ts";
import { InputLimitError } from "./tar-fault.ts";
import { type EntryVisitor, TarWalk } from "./tar-walk.ts";

/** What reading a tar may be told. */
export interface TarInputOptions {
  /** Of the archive, in errors. @default "tar" */
  readonly name?: string;
  /** Told of each piece of input that was read: how many bytes there were so far. */
  readonly onProgress?: (bytesRead: number) => void;
  /** An `AbortSignal`. */
  readonly signal?: { throwIfAborted(): void };
  /** Whether an archive without the blocks of zeros at its end is an error. @default "require" */
  readonly endMarker?: EndMarkerRule;
  /**
   * Are entries an error that would be unpacked outside the archive's folder, and hard links to what lies outside it?
   *
   * @default "any"
   */
  readonly paths?: PathRule;
}

/** Which paths an archive may hold. */
export type PathRule = "any" | "inside";

/** How {@link shiftTar} shifts. */
export interface ShiftTarOptions extends ShiftMaps, TarInputOptions {
  /** What becomes of ids that the maps do not hold. @default { mode: "refuse" } */
  readonly unmapped?: Unmapped;
  /**
   * Names of users and groups. A tar that unpacks as root goes by them before it goes by ids (GNU tar, unless
   * `--numeric-owner`), so `drop` is for archives that leave the place their names are from. @default "keep"
   */
  readonly names?: "keep" | "drop";
  /** File capabilities that name no root user. @default "keep" */
  readonly capabilities?: CapabilityRule;
  /** Rewrites plain headers in bulk. Without one they are taken one field at a time: the same bytes, later. */
  readonly engine?: Engine;
  /** Leave the input's pieces as they are. Without it headers are changed in them, and parts of them given on. */
  readonly copy?: boolean;
}

/** The bytes of the shifted archive, to be read once, and what was done. */
export interface ShiftedTar extends AsyncIterable<Uint8Array> {
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined>;
  /** Counts as they stand; whole once the last piece was read. */
  readonly report: ShiftReport;
}

/**
 * Shift the owners in a tar archive: of ustar, GNU or pax, not compressed.
 *
 * Owners in headers and pax records, ids in POSIX ACLs and root ids of file capabilities go through the maps. Every
 * other byte stays, bodies above all, which are never held: memory does not grow with the input. Shifting back gives
 * the same bytes, where no owner had to change its encoding or width and no record was added.
 *
 * An owner that no longer fits its field gets a pax record, or becomes base 256 in GNU's format.
 *
 * @param input  pieces of any size; they are changed, unless `copy` is set
 * @throws UsernsError ERR_TAR for an archive that is not sound, with the entry and the byte; UnmappedError
 *         (ERR_UNMAPPED) when an id is not mapped and shall not be: no byte of its entry or any later one was given
 *         out, and the error names all such ids
 * @source POSIX pax; GNU tar manual, "Tar Internals"; acl(5); capabilities(7)
 */
export function shiftTar(input: AsyncIterable<Uint8Array>, options: ShiftTarOptions): ShiftedTar {
  const { name = "tar", unmapped = { mode: "refuse" }, capabilities = "keep", reverse = false, engine } = options;
  if (unmapped.mode === "squash") for (const id of [unmapped.uid, unmapped.gid]) checkSquash(id);
  const owners = new ShiftedOwners(options, unmapped);
  const counting = newCounting();
  const rules = { owners, dropNames: options.names === "drop", capabilities, reverse, counting };
  const loaded = engine ? loadMaps(engine, options) : null;
  const visitor = withPaths(new OwnerRewriter(rules, loaded?.shifter ?? null), options);
  const walk = new TarWalk(name, visitor, options.endMarker ?? "require");
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* through(walk, input, options);
      } finally {
        loaded?.free();
      }
      if (!walk.stop) return;
      const [ids, unlisted] = [owners.unmapped.list(), owners.unmapped.unlisted];
      throw new UnmappedError(name, walk.stop, ids, unlisted, fittingMaps(ids, options, unlisted));
    },
    get report() {
      const { entries, end, afterEnd } = walk;
      const { unlisted } = owners.unmapped;
      return { ...structuredClone(counting), entries, unmapped: owners.unmapped.list(), unlisted, end, afterEnd };
    },
  };
}

/** A visitor that also holds to the rule for paths. */
export function withPaths(visitor: EntryVisitor, { paths = "any" }: TarInputOptions): EntryVisitor {
  return paths === "any" ? visitor : new InsidePaths(visitor);
}

/** Take an input through a walk, piece by piece. */
export async function* through(
  walk: TarWalk,
  input: AsyncIterable<Uint8Array>,
  options: TarInputOptions & { readonly copy?: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytesRead = 0;
  for await (const piece of withPlace(input, walk)) {
    options.signal?.throwIfAborted();
    bytesRead += piece.length;
    // Node's Buffer has a slice() that shares memory, unlike every other array of bytes.
    const own = options.copy ? new Uint8Array(piece) : new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    yield* walk.push(own);
    options.onProgress?.(bytesRead);
  }
  walk.finish();
}

/** The input; where it is too long, the error names the entry in which it is. */
async function* withPlace(input: AsyncIterable<Uint8Array>, walk: TarWalk): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (error) {
    throw error instanceof InputLimitError ? error.in(walk.place) : error;
  }
}

function checkSquash(id: number): void {
  if (Number.isInteger(id) && id >= 0 && id < NO_ID) return;
  throw new UsernsError("ERR_ID_RANGE", {
    where: "squash",
    expected: "ids of 0 to 4294967294",
    got: String(id),
  });
}

function loadMaps(engine: Engine, maps: ShiftMaps) {
  const direction = maps.reverse ? "up" : "down";
  const load = <K extends Kind>(map: IdMap<K>, name: string) => engine.load(flattenRoute([{ direction, map, name }]));
  const [uids, gids] = [load(maps.uids, "uid map"), load(maps.gids, "gid map")];
  return {
    shifter: engine.headers(uids, gids),
    free() {
      uids.free();
      gids.free();
    },
  };
}
