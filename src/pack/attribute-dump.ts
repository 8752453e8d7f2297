import { quoted, UsernsError } from "../core/index.ts";
import { bytesOfPath, canonicalPath, pathOfBytes } from "../manifest/index.ts";

/** The values of one extended attribute, by the path of its file. */
export type AttributeValues = ReadonlyMap<string, Uint8Array>;

/** Extended attributes by name, by the path of their file; a file without any is not there. */
export type FileAttributes = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

const FILE = "# file: ";
/** Bytes that a name in a dump has as three octal digits. @source attr 2.5.1 (measured) */
const ESCAPED = /[\\\n\r]/g;
const ESCAPE = /\\([0-3][0-7]{2})/g;

/**
 * What `getfattr --dump --encoding=hex` prints, line by line; a character is a byte (latin1).
 *
 * @source getfattr(1), setfattr(1); attr 2.5.1 (measured)
 */
export class AttributeDump {
  readonly #files = new Map<string, Map<string, Uint8Array>>();
  #file: Map<string, Uint8Array> | null = null;

  get files(): FileAttributes {
    return this.#files;
  }

  /** @throws UsernsError ERR_FILE for what getfattr prints nowhere */
  line(line: string): void {
    if (line === "") this.#file = null;
    else if (line.startsWith(FILE)) this.#begin(pathOf(line.slice(FILE.length)));
    else this.#value(line);
  }

  #begin(path: string): void {
    this.#file = new Map();
    this.#files.set(path, this.#file);
  }

  #value(line: string): void {
    const [, name, hex = ""] = /^([^=]+)=0x((?:[0-9a-f]{2})*)$/.exec(line) ?? [];
    if (this.#file === null || name === undefined) throw dumpFault(line);
    this.#file.set(unescaped(name), bytesOfHex(hex));
  }
}

/** One attribute of all files. */
export function valuesOf(files: FileAttributes, name: string): AttributeValues {
  const values = new Map<string, Uint8Array>();
  for (const [path, attributes] of files) {
    const value = attributes.get(name);
    if (value) values.set(path, value);
  }
  return values;
}

function pathOf(name: string): string {
  const path = canonicalPath(pathOfBytes(Uint8Array.from(unescaped(name), (letter) => letter.charCodeAt(0))));
  if (path === null) throw dumpFault(name);
  return path;
}

function unescaped(name: string): string {
  return name.replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function dumpFault(got: string): UsernsError {
  const expected = "what getfattr --dump --encoding=hex prints below a folder";
  return new UsernsError("ERR_FILE", { where: "getfattr", expected, got: quoted(got) });
}

/** What `setfattr --restore` reads to give the files below its folder these values; a character is a byte (latin1). */
export function* attributeDump(name: string, values: AttributeValues): Generator<string> {
  for (const [path, value] of values) {
    const plain = latin1(bytesOfPath(path));
    const shown = plain.replace(ESCAPED, (letter) => `\\${octal(letter.charCodeAt(0))}`);
    const hex = Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
    yield `${FILE}./${shown}\n${name}=0x${hex}\n\n`;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function octal(byte: number): string {
  return byte.toString(8).padStart(3, "0");
}
