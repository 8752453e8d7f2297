/**
 * Text in and out: one way of writing a map a file, and a registry that tells which one a text is written in.
 *
 * This layer reads and writes strings that it is handed; it opens no file and applies no rule of who may write a map.
 * It may import core.
 */
export * from "./accounts.ts";
export * from "./bindfs.ts";
export * from "./c-number.ts";
export * from "./colon-line.ts";
export * from "./containerd.ts";
export * from "./containers-storage.ts";
export * from "./cri.ts";
export * from "./docker.ts";
export * from "./fields.ts";
export * from "./format.ts";
export * from "./fuidshift.ts";
export * from "./fuse-overlayfs.ts";
export * from "./getsubids.ts";
export * from "./id-record.ts";
export * from "./image-manifest.ts";
export * from "./incus-instances.ts";
export * from "./incus-json.ts";
export * from "./intermediate.ts";
export * from "./kept-lines.ts";
export * from "./keyed-lines.ts";
export * from "./kubelet.ts";
export * from "./ldif.ts";
export * from "./login-defs.ts";
export * from "./lxc.ts";
export * from "./map-lines.ts";
export * from "./map-pair.ts";
export * from "./mount-idmapped.ts";
export * from "./nis-line.ts";
export * from "./nspawn.ts";
export * from "./nss-line.ts";
export * from "./nsswitch.ts";
export * from "./oci.ts";
export * from "./oci-mount.ts";
export * from "./openshift.ts";
export * from "./override-stat.ts";
export * from "./podman.ts";
export * from "./podman-userns.ts";
export * from "./podman-volume.ts";
export * from "./proxmox.ts";
export * from "./raw-idmap.ts";
export * from "./registry.ts";
export * from "./rootless-containers.ts";
export * from "./sha256.ts";
export * from "./storage-conf.ts";
export * from "./subfsid.ts";
export * from "./subid.ts";
export * from "./subid-map.ts";
export * from "./target.ts";
export * from "./triples.ts";
export * from "./uid-map.ts";
export * from "./unshare.ts";
export * from "./virtiofsd.ts";
export * from "./x-mount.ts";
