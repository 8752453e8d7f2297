import { type RefuseEntry, scanTar, type TarEntry } from "../shift/index.ts";
import type { ImageHost } from "./host.ts";
import type { Layer, PlatformImage } from "./image.ts";
import { ImageTree } from "./image-tree.ts";
import { type LayerOptions, layerBytes, openLayerTar } from "./layer-tar.ts";
import type { PathNode, PathTable } from "./path-table.ts";
import { TreeUnpacker } from "./tree-unpacker.ts";

/** Files that are kept as they pass by, if they are small: who is who in the image. */
const KEPT_NAMES: ReadonlySet<string> = new Set(["passwd", "group"]);
const MOST_KEPT_BYTES = 1 << 20;
const MOST_KEPT_FILES = 64;

/** The tree of an image, and the small files of it that were kept. */
export interface UnpackedImage {
  readonly tree: ImageTree;
  /** Is there anything of this path, a link that leads nowhere among it? */
  hasName(path: string): boolean;
  /** @returns the bytes of a file, through links; null where there is none, or none that was kept */
  file(path: string): Uint8Array | null;
}

/** An image that is being unpacked. */
class Unpacking implements UnpackedImage {
  readonly tree: ImageTree;
  readonly #unpacker: TreeUnpacker;
  readonly #kept = new Map<PathNode, Uint8Array>();
  /** The file whose body is passing by, and what has come of it. */
  #passing: { readonly bytes: Uint8Array; at: number } | null = null;

  constructor(paths: PathTable) {
    this.tree = new ImageTree(paths);
    this.#unpacker = new TreeUnpacker(this.tree);
  }

  /** @throws what `refuse` makes, for an entry that cannot be unpacked */
  unpack(entry: TarEntry, layer: number, refuse: RefuseEntry): void {
    this.#passing = null;
    const made = this.#unpacker.unpack(entry, layer);
    if (typeof made !== "number") throw refuse(made.expected, made.got);
    if (made < 0) return;
    if (entry.type === "hard link") {
      const known = this.#kept.get(this.#unpacker.resolve(entry.linkPath));
      if (known) this.#keep(made, known);
      else this.#kept.delete(made);
      return;
    }
    this.#kept.delete(made);
    if (entry.type !== "file" || entry.size > MOST_KEPT_BYTES) return;
    if (!KEPT_NAMES.has(this.tree.paths.nameOf(made))) return;
    const bytes = new Uint8Array(entry.size);
    this.#passing = { bytes, at: 0 };
    this.#keep(made, bytes);
  }

  body(bytes: Uint8Array): void {
    if (!this.#passing) return;
    this.#passing.bytes.set(bytes, this.#passing.at);
    this.#passing.at += bytes.length;
  }

  hasName(path: string): boolean {
    return this.#unpacker.hasName(path);
  }

  file(path: string): Uint8Array | null {
    return this.#kept.get(this.#unpacker.resolve(path)) ?? null;
  }

  #keep(node: PathNode, bytes: Uint8Array): void {
    if (this.#kept.size < MOST_KEPT_FILES) this.#kept.set(node, bytes);
  }
}

/**
 * Unpack two images into trees over one table of paths. Layers that both begin with are unpacked once.
 *
 * @throws UsernsError ERR_TAR, ERR_IMAGE, ERR_COMPRESSION, ERR_FILE
 */
export async function readTrees(
  [a, b]: readonly [PlatformImage, PlatformImage],
  paths: PathTable,
  options: LayerOptions,
  host: ImageHost,
): Promise<readonly [UnpackedImage, UnpackedImage]> {
  const [first, second] = [new Unpacking(paths), new Unpacking(paths)];
  const common = commonLayers(a.layers, b.layers);
  const read = async (layers: readonly Layer[], from: number, images: readonly Unpacking[]): Promise<void> => {
    for (const [index, layer] of layers.entries()) await readLayer(layer, from + index + 1, images, options, host);
  };
  await read(a.layers.slice(0, common), 0, [first, second]);
  for (const [index, layer] of b.layers.slice(0, common).entries())
    if (layer !== a.layers[index]) for await (const _ of layerBytes(layer, host, options));
  await read(a.layers.slice(common), common, [first]);
  await read(b.layers.slice(common), common, [second]);
  for (const { tree } of [first, second]) tree.finish();
  return [first, second];
}

/**
 * How many layers two images have in common, from the lowest upwards: by the digest of their bytes, to which each copy is
 * held. That two say to unpack to the same proves nothing before both were unpacked.
 */
function commonLayers(a: readonly Layer[], b: readonly Layer[]): number {
  const other = a.findIndex((layer, index) => !isSameLayer(layer, b[index]));
  return other < 0 ? a.length : other;
}

function isSameLayer(layer: Layer, other: Layer | undefined): boolean {
  if (layer === other) return true;
  return layer.blob !== null && layer.blob.text === other?.blob?.text && layer.diffId.text === other.diffId.text;
}

async function readLayer(
  layer: Layer,
  number: number,
  images: readonly Unpacking[],
  options: LayerOptions,
  host: ImageHost,
): Promise<void> {
  const { tar } = await openLayerTar(layer, host, options);
  await scanTar(tar, {
    name: layer.where,
    paths: "inside",
    // Its digest says that it is whole.
    endMarker: "optional",
    onEntry(entry, refuse) {
      for (const image of images) image.unpack(entry, number, refuse);
    },
    onBody(bytes) {
      for (const image of images) image.body(bytes);
    },
  });
}
