import { type KnownMessage, kindIn } from "../clue.ts";

/** Users whom no subid file grants a range. */
export const GRANT_MESSAGES: readonly KnownMessage[] = [
  {
    name: "no-ranges-for-id",
    writer: "rootlesskit (rootless Docker, containerd and BuildKit)",
    tool: "docker-rootless",
    pattern: /No sub(?<kind>[ug])id ranges found for user \d+ \("(?<user>[^"]+)"\)/i,
    clue: ({ kind, user }) => ({ asks: "grant", kind: kindIn(kind), user: user ?? null }),
    example:
      'error: failed to setup UID/GID map: failed to compute uid/gid map: No subuid ranges found for user 1003 ("xxx")',
    source: "rootless-containers/rootlesskit#470",
  },
  {
    name: "docker-id-mappings",
    writer: "dockerd, with userns-remap",
    tool: "docker",
    pattern: /Can't create ID mappings: .*No sub(?<kind>[ug])id ranges found for (?:user|gid) "(?<user>[^"]+)"/i,
    clue: ({ kind, user }) => ({ asks: "grant", kind: kindIn(kind), user: user ?? null }),
    example: 'FATA[0000] Error starting daemon: Can\'t create ID mappings: No subuid ranges found for user "dockremap"',
    source: "moby/moby#20751",
  },
  {
    name: "docker-no-file",
    writer: "dockerd, with userns-remap",
    tool: "docker",
    pattern: /Can't create ID mappings: open \/etc\/sub(?<kind>[ug])id: no such file/i,
    clue: ({ kind }) => ({ asks: "grant", kind: kindIn(kind), user: null }),
    example: "dockerd[32332]: Can't create ID mappings: open /etc/subuid: no such file or directory",
    source: "moby/moby#38712",
  },
  {
    name: "no-ranges",
    writer: "Podman, Buildah, rootlesskit",
    tool: "podman",
    pattern: /No sub(?<kind>[ug])id ranges found for (?:user|gid) "(?<user>[^"]+)"/i,
    clue: ({ kind, user }) => ({ asks: "grant", kind: kindIn(kind), user: user ?? null }),
    example:
      'ERRO[0000] Cannot find mappings for user "containers": no subuid ranges found for user "containers" in /etc/subuid',
    source: "podman-container-tools/podman#23960; rootlesskit's: moby/moby#40926",
  },
  {
    name: "docker-install-records",
    writer: "the installer of rootless Docker",
    tool: "docker-rootless",
    pattern: /Could not find records for the current user (?<user>\S+) from \/etc\/sub(?<kind>[ug])id/i,
    clue: ({ kind, user }) => ({ asks: "grant", kind: kindIn(kind), user: user ?? null }),
    example:
      "Could not find records for the current user jaredb from /etc/subuid . Please make sure valid subuid range is set there.",
    source: "rootless-containers/rootlesskit#48",
  },
  {
    name: "unshare-no-line",
    writer: "unshare --map-auto",
    tool: "unshare",
    pattern: /no line matching user "(?<user>[^"]+)" in \/etc\/sub(?<kind>[ug])id/i,
    clue: ({ kind, user }) => ({ asks: "grant", kind: kindIn(kind), user: user ?? null }),
    example: 'unshare: no line matching user "cloudsdk" in /etc/subuid: Success',
    source: "recorded: util-linux 2.38",
  },
  {
    name: "lxd-no-allocation",
    writer: "LXD and Incus",
    tool: "lxd",
    pattern: /(?:doesn't have a uid\/gid allocation|No available uid\/gid map could be found|user has no subuids)/i,
    clue: () => ({ asks: "grant", kind: null, user: "root" }),
    example: "Error: LXD doesn't have a uid/gid allocation. In this mode, only privileged containers are supported.",
    source: "lxc/lxc#2610; No available uid/gid map: canonical/lxd#3901; no subuids: canonical/lxd#216",
  },
  {
    name: "lxd-not-enough",
    writer: "LXD and Incus",
    tool: "lxd",
    pattern: /Not enough uid\/gid available for the container/i,
    clue: () => ({ asks: "grant", kind: null, user: "root" }),
    example: "error: Not enough uid/gid available for the container.",
    source: "canonical/lxd#3208",
  },
  {
    name: "storage-unused-ids",
    writer: "containers/storage, --userns=auto",
    tool: "podman",
    pattern: /not enough unused IDs in user namespace/i,
    clue: () => ({ asks: "grant", kind: null, user: "containers" }),
    example: "Error: creating container storage: not enough unused IDs in user namespace",
    source: "podman-container-tools/podman#23960",
  },
];
