import { ARCHIVE_LIST } from "./docker-list.ts";

/**
 * The files at the top of a layout: what marks it as one, what leads to its images, and the list that a layout which is
 * an archive of Docker's too has.
 *
 * @source OCI image specification, "Image Layout"
 */
export const LAYOUT = { mark: "oci-layout", index: "index.json", archiveList: ARCHIVE_LIST } as const;

/** The version that the mark states. */
export const LAYOUT_VERSION = "1.0.0";
