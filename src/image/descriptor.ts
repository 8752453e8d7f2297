import { blobPath, type Digest, digestOf, readDigest, verified } from "./digest.ts";
import type { DocumentBudget } from "./document-budget.ts";
import type { ImageFile, ImageFiles, ImageHost } from "./host.ts";
import { imageFault } from "./image-fault.ts";
import { has, type JsonPlace, member, members, readJson, showPlace, sizeAt, textAt, textOr } from "./json-document.ts";
import type { JsonEdit } from "./json-edit.ts";
import { isOfPackedBytes } from "./media-type.ts";

/** A reference to a blob. @source OCI image specification, "Content Descriptors" */
export interface Descriptor {
  readonly place: JsonPlace;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** `linux/arm64/v8`; empty where none is stated. */
  readonly platform: string;
}

/** @throws UsernsError ERR_IMAGE */
export function readDescriptor(place: JsonPlace): Descriptor {
  const digest = member(place, "digest");
  if (has(place, "data")) throw imageFault(showPlace(place), "a descriptor that holds no data itself", '"data"');
  return {
    place,
    mediaType: textOr(member(place, "mediaType")),
    digest: readDigest(textAt(digest), showPlace(digest)),
    sizeBytes: sizeAt(member(place, "size")),
    platform: platformOf(place),
  };
}

function platformOf(place: JsonPlace): string {
  if (!has(place, "platform")) return "";
  const platform = member(place, "platform");
  const parts = ["os", "architecture", "variant"].map((name) => textOr(member(platform, name)));
  return parts.filter((part) => part !== "").join("/");
}

/** The file that a descriptor leads to, of the size that it says. @throws UsernsError ERR_IMAGE */
export async function openBlob(files: ImageFiles, { digest, sizeBytes, place }: Descriptor): Promise<ImageFile> {
  const file = await files.file(blobPath(digest));
  if (!file) throw imageFault(showPlace(place), `a blob in the image, ${blobPath(digest)}`, "no such file");
  if (file.sizeBytes !== sizeBytes)
    throw imageFault(`${files.name}: ${blobPath(digest)}`, `${sizeBytes} bytes`, `${file.sizeBytes} bytes`);
  return file;
}

/** A document that was read: its text, and what stands in it. */
export interface Document {
  readonly text: string;
  readonly top: JsonPlace;
}

/** Read the document that a descriptor leads to, held to its digest. @throws UsernsError ERR_IMAGE */
export async function readBlob(
  files: ImageFiles,
  descriptor: Descriptor,
  budget: DocumentBudget,
  host: ImageHost,
): Promise<Document> {
  const file = await openBlob(files, descriptor);
  const where = `${files.name}: ${blobPath(descriptor.digest)}`;
  return readDocument(file, where, budget, (bytes) => verified(bytes, descriptor.digest, host, where));
}

/** Read a document of an image. @param pass  what the bytes go through @throws UsernsError ERR_IMAGE */
export async function readDocument(
  file: ImageFile,
  where: string,
  budget: DocumentBudget,
  pass = (bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => bytes,
): Promise<Document> {
  budget.take(file.sizeBytes, where);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  try {
    for await (const piece of pass(file.bytes())) text += decoder.decode(piece, { stream: true });
    text += decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw imageFault(where, "a text in UTF-8", "bytes that are none");
  }
  return { text, top: readJson(text, where) };
}

/** The edits that make a descriptor lead to another blob. */
export function retarget({ place }: Descriptor, digest: Digest, sizeBytes: number): JsonEdit[] {
  const at = (name: string, value: unknown): JsonEdit => ({ path: [...place.path, name], value });
  const edits = [at("digest", digest.text), at("size", sizeBytes)];
  // The same bytes can no longer be had from there.
  if (has(place, "urls")) edits.push(at("urls", []));
  if (!has(place, "annotations")) return edits;
  const annotations = members(member(place, "annotations"));
  const kept = annotations.filter(([name]) => !isOfPackedBytes(name));
  if (kept.length < annotations.length)
    edits.push(at("annotations", Object.fromEntries(kept.map(([name, one]) => [name, one.value]))));
  return edits;
}

/** A document that was written anew: its text, and what leads to it. */
export interface Written {
  readonly text: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export function written(text: string, host: ImageHost): Written {
  return { text, digest: digestOf(text, host), sizeBytes: new TextEncoder().encode(text).length };
}
