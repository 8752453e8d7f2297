import { type Clue, ERRNO_PATTERN, errnoOf, type Groups, type KnownMessage } from "../clue.ts";

const idmapped = ({ path, errno }: Groups): Clue => ({ asks: "idmap", path: path ?? null, errno: errnoOf(errno) });

/** Mounts that could not be idmapped, and owners that are shown as nobody. */
export const MOUNT_MESSAGES: readonly KnownMessage[] = [
  {
    name: "runc-idmap",
    writer: "runc (Docker, containerd, Kubernetes)",
    tool: "runc",
    pattern: new RegExp(`failed to set MOUNT_ATTR_IDMAP on (?<path>[^:\\s]+): ${ERRNO_PATTERN}`, "i"),
    clue: idmapped,
    example:
      "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: failed to fulfil mount request: failed to set MOUNT_ATTR_IDMAP on /var/lib/kubelet/pods/f037a704-742c-40fe-8dbf-17ed9225c4df/volumes/kubernetes.io~empty-dir/hugepage: invalid argument (maybe the source filesystem doesn't support idmap mounts on this kernel?): unknown",
    source: "opencontainers/runc#4157",
  },
  {
    name: "runc-nsexec-idmap",
    writer: "runc 1.1 and 1.2",
    tool: "runc",
    pattern:
      /failed to use mount_setattr\(2\), (?:maybe )?the (?:(?<fs>filesystem)|kernel) does(?:n't| not) supports? (?:this )?ID-mapped mounts?(?:: (?<path>\S+))?/i,
    clue: ({ fs, path }) => ({ asks: "idmap", path: path ?? null, errno: fs === undefined ? "ENOSYS" : "EINVAL" }),
    example: "failed to use mount_setattr(2), maybe the filesystem doesn't supports ID-mapped mounts: /srv/data",
    source: "opencontainers/runc#3949",
  },
  {
    name: "crun-idmap",
    writer: "crun (Podman)",
    tool: "crun",
    pattern: new RegExp(`mount_setattr \`(?<path>[^\`]+)\`[^:]*: ${ERRNO_PATTERN}`, "i"),
    clue: idmapped,
    example: "Error: OCI runtime error: crun: mount_setattr `/sys`: Function not implemented",
    source: "containers/crun#1131; with EINVAL: containers/crun#1382",
  },
  {
    name: "nspawn-idmap",
    writer: "systemd-nspawn",
    tool: "nspawn",
    pattern: new RegExp(`Failed to (?:set up ID mapped mounts|(?:remount|make) .*idmap\\w*.*?): ${ERRNO_PATTERN}`, "i"),
    clue: idmapped,
    example: "Failed to set up ID mapped mounts: Operation not permitted",
    source: "systemd/systemd#24826",
  },
  {
    name: "shown-as-nobody",
    writer: "ls -l, stat",
    tool: null,
    pattern:
      /(?:\b|^)(?:nobody\s+(?:nogroup|nobody)|65534\s+65534|nobody:(?:nogroup|nobody)|65534:65534)\b(?<rest>.*)$/,
    clue: ({ rest = "" }) => ({ asks: "shown", path: /^\s+\d+\s+\w+\s+\d+\s+\S+\s+(.+)$/.exec(rest)?.[1] ?? null }),
    example: "-rw-r--r-- 1 nobody nogroup 0 Nov 27 04:43 a",
    source: "recorded: coreutils 9.1 in unshare -Ur; systemd/systemd#23825",
  },
];
