import { type Config, readConfig, rewriteConfig } from "./config.ts";
import { type Document, readDocument } from "./descriptor.ts";
import { readDigest, verified } from "./digest.ts";
import { ARCHIVE_LIST, type ArchiveItem, readArchiveList, rewriteArchiveList } from "./docker-list.ts";
import { DocumentBudget } from "./document-budget.ts";
import type { ImageFile, ImageFiles, ImageHost } from "./host.ts";
import type { Image, Layer, NewLayer, OutputFile } from "./image.ts";
import { imageFault } from "./image-fault.ts";
import { type JsonPlace, showPlace, textAt } from "./json-document.ts";

/** Images in one archive: more than anybody saves. */
const MOST_IMAGES = 2000;

/** Is it an archive as `docker save` writes it? */
export async function isDockerArchive(files: ImageFiles): Promise<boolean> {
  return (await files.file(ARCHIVE_LIST)) !== null;
}

interface Read {
  readonly item: ArchiveItem;
  readonly config: Config;
  readonly layers: readonly Layer[];
}

/**
 * Read an archive of Docker's: what its manifest.json leads to. What an engine from before 2016 would read in it
 * (`repositories`, a folder a layer) is passed over, and not written.
 *
 * @throws UsernsError ERR_IMAGE
 */
export async function readDockerArchive(files: ImageFiles, host: ImageHost): Promise<Image> {
  const file = await files.file(ARCHIVE_LIST);
  if (!file) throw imageFault(files.name, `a file ${ARCHIVE_LIST} in the archive`, "none");
  const budget = new DocumentBudget();
  const list = await readDocument(file, `${files.name}: ${ARCHIVE_LIST}`, budget);
  const read: Read[] = [];
  for (const item of readArchiveList(list)) {
    if (read.length >= MOST_IMAGES)
      throw imageFault(showPlace(item.place), `at most ${MOST_IMAGES} images`, "one more");
    read.push(await readItem(item, files, budget, host));
  }
  if (read.length === 0) throw imageFault(`${files.name}: ${ARCHIVE_LIST}`, "at least one image", "none");
  return {
    name: files.name,
    form: "docker-archive",
    images: read.map(({ item, config, layers }) => ({ name: item.tags[0] ?? config.platform, layers })),
    kept: [],
    artifacts: 0,
    rewritten: (newLayer) => rewrite(list, read, newLayer, host),
  };
}

async function readItem(item: ArchiveItem, files: ImageFiles, budget: DocumentBudget, host: ImageHost): Promise<Read> {
  const path = textAt(item.config);
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1];
  const where = `${files.name}: ${path}`;
  const document: Document = await readDocument(await fileAt(item.config, files), where, budget, (bytes) =>
    hex === undefined ? bytes : verified(bytes, readDigest(`sha256:${hex}`, where), host, where),
  );
  const config = readConfig(document, item.layers.length);
  const layers: Layer[] = [];
  for (const [index, place] of item.layers.entries()) {
    const diffId = config.diffIds[index]?.digest;
    if (!diffId) continue;
    const layer = await fileAt(place, files);
    const name = `${files.name}: ${item.tags[0] ?? config.platform}, layer ${index + 1} (${textAt(place)})`;
    layers.push({ blob: null, diffId, where: name, sizeBytes: layer.sizeBytes, file: layer });
  }
  return { item, config, layers };
}

async function fileAt(place: JsonPlace, files: ImageFiles): Promise<ImageFile> {
  const path = textAt(place);
  const file = await files.file(path);
  if (!file) throw imageFault(showPlace(place), `a file of the archive, ${JSON.stringify(path)}`, "no such file");
  return file;
}

function rewrite(
  list: Document,
  read: readonly Read[],
  newLayer: (layer: Layer) => NewLayer,
  host: ImageHost,
): OutputFile[] {
  const files = new Map<string, OutputFile>();
  const paths = new Map<string, string>();
  const put = (from: JsonPlace, path: string, content: OutputFile["content"]): void => {
    files.set(path, { path, content });
    paths.set(textAt(from), path);
  };
  for (const { item, config, layers } of read) {
    const { digest, text } = rewriteConfig(config, layers, newLayer, host);
    put(item.config, `${digest.hex}.json`, { text });
    for (const [index, place] of item.layers.entries()) {
      const layer = layers[index];
      if (!layer) continue;
      const { blob } = newLayer(layer);
      put(place, `${blob.hex}.tar`, { blob });
    }
  }
  const text = rewriteArchiveList(list, (path) => paths.get(path) ?? path);
  return [{ path: ARCHIVE_LIST, content: { text } }, ...files.values()];
}
