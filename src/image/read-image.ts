import { isDockerArchive, readDockerArchive } from "./docker-archive.ts";
import type { ImageFiles, ImageHost } from "./host.ts";
import type { Image } from "./image.ts";
import { imageFault } from "./image-fault.ts";
import { isLayout, readLayout } from "./oci-layout.ts";

/** Is this an image, sound or not? */
export async function holdsImage(files: ImageFiles): Promise<boolean> {
  return (await isLayout(files)) || (await isDockerArchive(files));
}

/**
 * Read an image: a layout of the OCI's, or an archive as `docker save` writes it. One that is both is read as a layout.
 *
 * Its documents are read and held to their digests; its layers are opened, and read by whoever wants them.
 *
 * @throws UsernsError ERR_IMAGE, ERR_FILE
 */
export async function readImage(files: ImageFiles, host: ImageHost): Promise<Image> {
  if (await isLayout(files)) return readLayout(files, host);
  if (await isDockerArchive(files)) return readDockerArchive(files, host);
  throw imageFault(
    files.name,
    "an image: an OCI layout (index.json), or an archive of docker save (manifest.json)",
    "neither file",
    "make one: skopeo copy SOURCE oci:FOLDER:TAG",
  );
}
