import { quoted, UsernsError } from "../core/index.ts";
import { bytesOfPath, canonicalPath, pathOfBytes } from "../manifest/index.ts";

/** The values of one extended attribute, by the path of its file. */
export type AttributeValues = ReadonlyMap<string, Uint8Array>;

const FILE = "# file: ";
/** Bytes that a name in a dump has as three octal digits. @source attr 2.5.1 (measured) */
const ESCAPED = /[\\\n\r]/g;
const ESCAPE = /\\([0-3][0-7]{2})/g;

/**
 * What `getfattr --dump --encoding=hex` prints of one attribute, line by line; a character is a byte (latin1).
 *
 * @source getfattr(1), setfattr(1); attr 2.5.1 (measured)
 */
export class AttributeDump {
  readonly values = new Map<string, Uint8Array>();
  readonly #prefix: string;
  #path: string | null = null;

  /** @param name  of the attribute */
  constructor(name: string) {
    this.#prefix = `${name}=0x`;
  }

  /** @throws UsernsError ERR_FILE for what getfattr prints nowhere */
  line(line: string): void {
    if (line === "") this.#path = null;
    else if (line.startsWith(FILE)) this.#path = pathOf(line.slice(FILE.length));
    else this.#value(line);
  }

  #value(line: string): void {
    const hex = line.slice(this.#prefix.length);
    if (this.#path === null || !line.startsWith(this.#prefix) || !/^(?:[0-9a-f]{2})*$/.test(hex)) throw dumpFault(line);
    this.values.set(this.#path, bytesOfHex(hex));
  }
}

function pathOf(name: string): string {
  const plain = name.replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  const path = canonicalPath(pathOfBytes(Uint8Array.from(plain, (letter) => letter.charCodeAt(0))));
  if (path === null) throw dumpFault(name);
  return path;
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
