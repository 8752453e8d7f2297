import { UsernsError } from "../../core/index.ts";
import {
  filesInTar,
  holdsImage,
  type Image,
  type ImageHost,
  type ImageTar,
  isSquashfs,
  readImage,
} from "../../image/index.ts";
import { SIGNATURE_BYTES } from "../../shift/index.ts";
import { piecesOf } from "./byte-streams.ts";

/** Read at once while going from header to header, of which many lie in one such piece where files are small. */
const WINDOW_BYTES = 256 * 1024;

/**
 * The image that a file of the page's visitor holds.
 *
 * @returns null when it is no image but, for all that is known here, a layer
 * @throws  UsernsError ERR_IMAGE, ERR_TAR for an image that is not sound, or of squashfs
 */
export async function imageIn(file: File, host: ImageHost): Promise<Image | null> {
  const tar = tarIn(file);
  if (isSquashfs(await tar.read(0, SIGNATURE_BYTES)))
    throw new UsernsError("ERR_IMAGE", {
      where: file.name,
      expected: "a layer, or an image of layers, in a tar",
      got: "a squashfs image",
      fix: "take the command: userns image shift",
    });
  const files = await filesOf(tar);
  return files && (await holdsImage(files)) ? readImage(files, host) : null;
}

async function filesOf(tar: ImageTar) {
  try {
    return await filesInTar(tar);
  } catch (error) {
    // A packed layer, or no tar at all: whoever reads it as a layer tells what it is, and where it ends.
    if (error instanceof UsernsError) return null;
    throw error;
  }
}

function tarIn(file: File): ImageTar {
  let window = new Uint8Array();
  let start = 0;
  return {
    name: file.name,
    sizeBytes: file.size,
    async read(offset, length) {
      if (offset < start || offset + length > start + window.length) {
        window = new Uint8Array(await file.slice(offset, offset + Math.max(length, WINDOW_BYTES)).arrayBuffer());
        start = offset;
      }
      return window.subarray(offset - start, offset - start + length);
    },
    part: (offset, sizeBytes) => ({
      sizeBytes,
      place: { path: file.name, offset },
      bytes: () => piecesOf(file.slice(offset, offset + sizeBytes).stream()),
    }),
  };
}
