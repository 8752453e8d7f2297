import { quoted } from "../core/index.ts";
import { manifestFromJson } from "./json-form.ts";
import { type Manifest, manifestFault } from "./manifest.ts";
import { type MtreeOptions, readMtree } from "./mtree-read.ts";

/** JSON becomes objects of twenty times its size. */
const MOST_JSON_BYTES = 64 << 20;

/**
 * Read a manifest in either of its forms: JSON, which begins with `{`, or an mtree.
 *
 * @param bytes  of the file
 * @throws UsernsError ERR_MANIFEST with the line of an mtree, the JSON path, or the engine's account of what is no JSON
 */
export function readManifestFile(bytes: Uint8Array, options: MtreeOptions = {}): Manifest {
  const name = options.name ?? "manifest";
  const text = latin1(bytes);
  if (!/^\s*\{/.test(text)) return readMtree(text, options);
  if (bytes.length > MOST_JSON_BYTES)
    throw manifestFault(name, `JSON of at most ${MOST_JSON_BYTES} bytes`, `${bytes.length} bytes`, "make it an mtree");
  return manifestFromJson(parsed(bytes, name), name);
}

function parsed(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw manifestFault(name, "JSON", quoted(error.message));
    if (error instanceof TypeError) throw manifestFault(name, "JSON in UTF-8", "other bytes");
    throw error;
  }
}

/** A character a byte. */
function latin1(bytes: Uint8Array): string {
  const pieceBytes = 8192;
  let text = "";
  for (let at = 0; at < bytes.length; at += pieceBytes)
    text += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
  return text;
}
