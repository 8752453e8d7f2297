import { UsernsError } from "../core/index.ts";
import { writeChecksum } from "./checksum.ts";
import { BLOCK, FIELDS, inBlocks, MAGIC } from "./header.ts";
import { writeBinary } from "./number-field.ts";

const TEXT = new TextEncoder();

/**
 * The header of a file in a tar of ustar, the same for the same path and size: root's, mode 0644, of no time.
 *
 * @param path  relative; at most 100 bytes behind a slash, and 155 before it
 * @throws UsernsError ERR_TAR for a path that does not fit
 */
export function fileHeader(path: string, sizeBytes: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => header.set(TEXT.encode(text), at);
  const { prefix, name } = inFields(path);
  put(FIELDS.name.at, name);
  put(FIELDS.prefix.at, prefix);
  put(FIELDS.mode.at, "0000644\0");
  put(FIELDS.uid.at, "0000000\0");
  put(FIELDS.gid.at, "0000000\0");
  put(FIELDS.mtime.at, "00000000000\0");
  put(FIELDS.type.at, "0");
  put(FIELDS.magic.at, MAGIC.ustar);
  put(FIELDS.checksum.at, "000000\0 ");
  const octal = sizeBytes.toString(8).padStart(FIELDS.size.width - 1, "0");
  if (octal.length < FIELDS.size.width) put(FIELDS.size.at, octal);
  else writeBinary(header, 0, FIELDS.size, sizeBytes);
  writeChecksum(header, 0, "unsigned");
  return header;
}

/** The zeros behind a body that fill it up to whole blocks. */
export function bodyPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array(inBlocks(sizeBytes) - sizeBytes);
}

/** The blocks of zeros that end an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

function inFields(path: string): { prefix: string; name: string } {
  const fits = (text: string, width: number) => TEXT.encode(text).length <= width;
  if (fits(path, FIELDS.name.width)) return { prefix: "", name: path };
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (name !== "" && fits(name, FIELDS.name.width) && fits(prefix, FIELDS.prefix.width)) return { prefix, name };
  }
  throw new UsernsError("ERR_TAR", {
    where: path,
    expected: `a path of at most ${FIELDS.name.width} bytes, or as many behind a slash and ${FIELDS.prefix.width} before it`,
    got: `${TEXT.encode(path).length} bytes`,
  });
}
