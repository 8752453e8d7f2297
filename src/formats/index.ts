/**
 * Text in and out: one way of writing a map a file, and a registry that tells which one a text is written in.
 *
 * This layer reads and writes strings that it is handed; it opens no file and applies no rule of who may write a map.
 * It may import core.
 */
export * from "./accounts.ts";
export * from "./c-number.ts";
export * from "./containers-storage.ts";
export * from "./format.ts";
export * from "./id-record.ts";
export * from "./image-manifest.ts";
export * from "./incus-instances.ts";
export * from "./incus-json.ts";
export * from "./intermediate.ts";
export * from "./kept-lines.ts";
export * from "./kubelet.ts";
export * from "./login-defs.ts";
export * from "./lxc.ts";
export * from "./map-lines.ts";
export * from "./map-pair.ts";
export * from "./podman.ts";
export * from "./raw-idmap.ts";
export * from "./registry.ts";
export * from "./sha256.ts";
export * from "./subfsid.ts";
export * from "./subid.ts";
export * from "./target.ts";
export * from "./triples.ts";
export * from "./uid-map.ts";
