import { quoted } from "../core/index.ts";
import { manifestFromJson } from "./json-form.ts";
import { type Manifest, manifestFault } from "./manifest.ts";
import { type MtreeOptions, readMtreeLines } from "./mtree-read.ts";

/** JSON becomes objects of twenty times its size. */
const MOST_JSON_BYTES = 64 << 20;

const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;
/** @source RFC 8259, section 2 */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, NEWLINE, 0x0d]);

/**
 * Read a manifest in either of its forms: JSON, which begins with `{`, or an mtree.
 *
 * @param bytes  of the file
 * @throws UsernsError ERR_MANIFEST with the line of an mtree, the JSON path, or the engine's account of what is no JSON
 */
export function readManifestFile(bytes: Uint8Array, options: MtreeOptions = {}): Manifest {
  const name = options.name ?? "manifest";
  if (!isJson(bytes)) return readMtreeLines(linesOf(bytes), options);
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

/** Does it begin with a brace, behind what JSON takes for blanks? */
function isJson(bytes: Uint8Array): boolean {
  return bytes.find((byte) => !BLANKS.has(byte)) === OPENING_BRACE;
}

/** One after the other: a text of all of them would take as much again as the bytes, twice while it is made. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at <= bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    yield latin1(bytes.subarray(at, end));
    at = end + 1;
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
