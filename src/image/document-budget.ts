import { imageFault } from "./image-fault.ts";

/** Most bytes of an index, a manifest or a configuration. Registries take manifests of 4 MiB. */
const MOST_DOCUMENT_BYTES = 8 << 20;
/** Of all of an image together: they are held in memory until it is written. A thousand images have less. */
const MOST_BYTES = 32 << 20;

/** How many bytes of an image's documents are still taken. */
export class DocumentBudget {
  #left = MOST_BYTES;

  /** @throws UsernsError ERR_IMAGE for a document that is too large, alone or with those before it */
  take(sizeBytes: number, where: string): void {
    if (sizeBytes > MOST_DOCUMENT_BYTES)
      throw imageFault(where, `a document of at most ${MOST_DOCUMENT_BYTES} bytes`, `${sizeBytes} bytes`);
    this.#left -= sizeBytes;
    if (this.#left < 0)
      throw imageFault(where, `indexes, manifests and configurations of at most ${MOST_BYTES} bytes in all`, "more");
  }
}
