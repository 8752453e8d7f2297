/** What a descriptor's media type says that it leads to. */
export type MediaKind = "index" | "manifest" | "config" | "layer" | "other";

const KINDS: ReadonlyMap<string, MediaKind> = new Map([
  ["application/vnd.oci.image.index.v1+json", "index"],
  ["application/vnd.docker.distribution.manifest.list.v2+json", "index"],
  ["application/vnd.oci.image.manifest.v1+json", "manifest"],
  ["application/vnd.docker.distribution.manifest.v2+json", "manifest"],
  ["application/vnd.oci.image.config.v1+json", "config"],
  ["application/vnd.docker.container.image.v1+json", "config"],
]);

/** Docker's and the specification's, of any packing; those that a registry need not have are the same within. */
const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.(?:diff|foreign\.diff)\.tar(?:\.(?:gzip|zstd))?)$/;

/** @source OCI image specification, "Media Types" and its compatibility matrix with Docker's */
export function mediaKind(mediaType: string): MediaKind {
  return KINDS.get(mediaType) ?? (LAYER.test(mediaType) ? "layer" : "other");
}

/** Annotations of a layer that hold digests of its packed bytes: of tools that load single files of it. */
const OF_PACKED_BYTES = [
  "containerd.io/snapshot/stargz/",
  "io.containers.estargz.",
  "io.github.containers.zstd-chunked.",
];

/** Does an annotation become untrue when the layer is packed anew? */
export function isOfPackedBytes(annotation: string): boolean {
  return OF_PACKED_BYTES.some((start) => annotation.startsWith(start));
}
