import { type Config, readConfig, rewriteConfig } from "./config.ts";
import {
  type Descriptor,
  type Document,
  openBlob,
  readBlob,
  readDescriptor,
  readDocument,
  retarget,
  type Written,
  written,
} from "./descriptor.ts";
import { blobPath, type Digest } from "./digest.ts";
import { rewriteArchiveList } from "./docker-list.ts";
import { DocumentBudget } from "./document-budget.ts";
import type { ImageFiles, ImageHost } from "./host.ts";
import type { Image, KeptBlob, Layer, NewLayer, OutputFile, PlatformImage } from "./image.ts";
import { imageFault } from "./image-fault.ts";
import { items, member, showPlace, textAt } from "./json-document.ts";
import { withEdits } from "./json-edit.ts";
import { LAYOUT, LAYOUT_VERSION } from "./layout-files.ts";
import { mediaKind } from "./media-type.ts";

/** Indexes inside one another, and manifests in all: more than any registry gives out. */
const MAX_INDEX_DEPTH = 4;
const MAX_MANIFESTS = 2000;

interface IndexNode {
  readonly kind: "index";
  readonly document: Document;
  readonly children: readonly { readonly descriptor: Descriptor; readonly node: Node }[];
}

interface ImageNode {
  readonly kind: "image";
  readonly document: Document;
  readonly config: { readonly descriptor: Descriptor; readonly config: Config };
  readonly layers: readonly { readonly descriptor: Descriptor; readonly layer: Layer }[];
}

/** Nothing of it has an owner: it stays, and what it leads to. */
interface KeptNode {
  readonly kind: "kept";
}

type Node = IndexNode | ImageNode | KeptNode;

/** Is it the layout of an image, rather than an archive of Docker's? */
export async function isLayout(files: ImageFiles): Promise<boolean> {
  return (await files.file(LAYOUT.index)) !== null;
}

/** Read a layout, every document held to its digest. @throws UsernsError ERR_IMAGE */
export async function readLayout(files: ImageFiles, host: ImageHost): Promise<Image> {
  const budget = new DocumentBudget();
  const mark = await readTop(files, LAYOUT.mark, budget);
  const version = member(mark.top, "imageLayoutVersion");
  if (textAt(version) !== LAYOUT_VERSION)
    throw imageFault(showPlace(version), JSON.stringify(LAYOUT_VERSION), JSON.stringify(version.value));
  const reader = new LayoutReader(files, budget, host);
  const top = await reader.index(await readTop(files, LAYOUT.index, budget), 1);
  if (reader.images.length === 0)
    throw imageFault(`${files.name}: ${LAYOUT.index}`, "a manifest of at least one image", foundInstead(reader));
  const list = (await files.file(LAYOUT.archiveList)) ? await readTop(files, LAYOUT.archiveList, budget) : null;
  return {
    name: files.name,
    form: "oci",
    images: reader.images,
    kept: reader.kept,
    artifacts: reader.artifacts,
    rewritten: (newLayer) => {
      const writer = new LayoutWriter(newLayer, host);
      const index = writer.index(top);
      const texts: OutputFile[] = [
        { path: LAYOUT.mark, content: { text: mark.text } },
        { path: LAYOUT.index, content: { text: index.text } },
      ];
      if (list) {
        const text = rewriteArchiveList(list, (path) => writer.paths.get(path) ?? path);
        texts.push({ path: LAYOUT.archiveList, content: { text } });
      }
      const kept = reader.kept.map(({ digest }) => ({ path: blobPath(digest), content: { blob: digest } }));
      return [...texts, ...writer.files.values(), ...kept];
    },
  };
}

/** Signatures look like this, and so do images whose layers have no type that a layer has. */
function foundInstead({ artifacts }: LayoutReader): string {
  if (artifacts === 0) return "none";
  return `none, and ${artifacts === 1 ? "one" : artifacts} of something else: no layer in it has the media type of one`;
}

async function readTop(files: ImageFiles, path: string, budget: DocumentBudget): Promise<Document> {
  const file = await files.file(path);
  if (!file) throw imageFault(files.name, `a file ${path} in the image`, "none");
  return readDocument(file, `${files.name}: ${path}`, budget);
}

/** Follows descriptors down to layers. Digests are held to, so nothing leads back to itself. */
class LayoutReader {
  readonly images: PlatformImage[] = [];
  readonly kept: KeptBlob[] = [];
  artifacts = 0;
  readonly #files: ImageFiles;
  readonly #budget: DocumentBudget;
  readonly #host: ImageHost;
  readonly #known = new Map<string, Node>();
  readonly #keptDigests = new Set<string>();

  constructor(files: ImageFiles, budget: DocumentBudget, host: ImageHost) {
    this.#files = files;
    this.#budget = budget;
    this.#host = host;
  }

  async index(document: Document, depth: number): Promise<IndexNode> {
    const list = member(document.top, "manifests");
    if (depth > MAX_INDEX_DEPTH)
      throw imageFault(showPlace(list), `at most ${MAX_INDEX_DEPTH} indexes inside one another`, "one more");
    const children: { descriptor: Descriptor; node: Node }[] = [];
    for (const place of items(list)) {
      const descriptor = readDescriptor(place);
      const node = this.#known.get(descriptor.digest.text) ?? (await this.#child(descriptor, depth));
      this.#known.set(descriptor.digest.text, node);
      if (this.#known.size > MAX_MANIFESTS)
        throw imageFault(showPlace(place), `at most ${MAX_MANIFESTS} manifests`, "one more");
      children.push({ descriptor, node });
    }
    return { kind: "index", document, children };
  }

  async #child(descriptor: Descriptor, depth: number): Promise<Node> {
    const kind = mediaKind(descriptor.mediaType);
    if (kind === "index") return this.index(await this.#read(descriptor), depth + 1);
    if (kind === "manifest") return this.#manifest(descriptor);
    this.artifacts++;
    await this.#keep(descriptor);
    return { kind: "kept" };
  }

  async #manifest(descriptor: Descriptor): Promise<Node> {
    const document = await this.#read(descriptor);
    const config = readDescriptor(member(document.top, "config"));
    const layers = items(member(document.top, "layers")).map((place) => readDescriptor(place));
    const odd = layers.filter(({ mediaType }) => mediaKind(mediaType) !== "layer");
    const isImage = mediaKind(config.mediaType) === "config" && (layers.length === 0 || odd.length < layers.length);
    if (!isImage) {
      this.artifacts++;
      for (const blob of [descriptor, config, ...layers]) await this.#keep(blob);
      return { kind: "kept" };
    }
    const [first] = odd;
    if (first) throw imageFault(showPlace(first.place), "a layer that is a tar", JSON.stringify(first.mediaType));
    return this.#image(document, descriptor, config, layers);
  }

  async #image(
    document: Document,
    { platform }: Descriptor,
    descriptor: Descriptor,
    blobs: readonly Descriptor[],
  ): Promise<ImageNode> {
    const config = readConfig(await this.#read(descriptor), blobs.length);
    const name = platform === "" ? config.platform : platform;
    const layers: { descriptor: Descriptor; layer: Layer }[] = [];
    for (const [index, blob] of blobs.entries()) {
      const diffId = config.diffIds[index]?.digest;
      if (!diffId) continue;
      const where = `${this.#files.name}: ${name}, layer ${index + 1} (${shortDigest(blob.digest)})`;
      const file = await openBlob(this.#files, blob);
      layers.push({ descriptor: blob, layer: { blob: blob.digest, diffId, where, sizeBytes: blob.sizeBytes, file } });
    }
    this.images.push({ name, layers: layers.map(({ layer }) => layer) });
    return { kind: "image", document, config: { descriptor, config }, layers };
  }

  #read(descriptor: Descriptor): Promise<Document> {
    return readBlob(this.#files, descriptor, this.#budget, this.#host);
  }

  async #keep(descriptor: Descriptor): Promise<void> {
    const { digest } = descriptor;
    if (this.#keptDigests.has(digest.text)) return;
    this.#keptDigests.add(digest.text);
    const file = await openBlob(this.#files, descriptor);
    this.kept.push({ digest, file, where: `${this.#files.name}: ${blobPath(digest)}` });
  }
}

/** The first digits of a digest, enough to tell it from others. */
export function shortDigest({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex.slice(0, 12)}`;
}

/** Writes the documents of a layout anew, from the layers up. */
class LayoutWriter {
  /** Blobs, by where they lie. */
  readonly files = new Map<string, OutputFile>();
  /** Where each blob lay, and where what took its place lies. */
  readonly paths = new Map<string, string>();
  readonly #newLayer: (layer: Layer) => NewLayer;
  readonly #host: ImageHost;
  readonly #done = new Map<IndexNode | ImageNode, Written>();

  constructor(newLayer: (layer: Layer) => NewLayer, host: ImageHost) {
    this.#newLayer = newLayer;
    this.#host = host;
  }

  index({ document, children }: IndexNode): Written {
    const edits = children.flatMap(({ descriptor, node }) => {
      if (node.kind === "kept") return [];
      const done = this.#done.get(node) ?? (node.kind === "index" ? this.index(node) : this.#image(node));
      this.#done.set(node, done);
      return this.#moved(descriptor, done);
    });
    return written(withEdits(document.text, edits), this.#host);
  }

  #image({ document, config, layers }: ImageNode): Written {
    const own = layers.map(({ layer }) => layer);
    const edits = this.#moved(config.descriptor, rewriteConfig(config.config, own, this.#newLayer, this.#host));
    for (const { descriptor, layer } of layers) {
      const { blob, sizeBytes } = this.#newLayer(layer);
      const path = this.#put(descriptor, blob, { blob });
      if (path !== blobPath(descriptor.digest)) edits.push(...retarget(descriptor, blob, sizeBytes));
    }
    return written(withEdits(document.text, edits), this.#host);
  }

  #moved(descriptor: Descriptor, { text, digest, sizeBytes }: Written) {
    // A document whose text is as it was keeps the digest that leads to it, which may be of another algorithm.
    const isSame = descriptor.sizeBytes === sizeBytes && this.#isDigestOf(text, descriptor.digest);
    this.#put(descriptor, isSame ? descriptor.digest : digest, { text });
    return isSame ? [] : retarget(descriptor, digest, sizeBytes);
  }

  #isDigestOf(text: string, { algorithm, hex }: Digest): boolean {
    const hash = this.#host.hash(algorithm);
    hash.update(new TextEncoder().encode(text));
    return hash.hex() === hex;
  }

  #put(descriptor: Descriptor, digest: Digest, content: OutputFile["content"]): string {
    const path = blobPath(digest);
    this.files.set(path, { path, content });
    this.paths.set(blobPath(descriptor.digest), path);
    return path;
  }
}
