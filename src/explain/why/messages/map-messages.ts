import { type Clue, ERRNO_PATTERN, errnoOf, idIn, type KnownMessage, kindIn } from "../clue.ts";

const NUMBER = "(\\d+)";

/** Maps that were not written, and namespaces that were not made. The most telling first. */
export const MAP_MESSAGES: readonly KnownMessage[] = [
  {
    name: "newidmap-range",
    writer: "newuidmap and newgidmap",
    tool: null,
    pattern: new RegExp(
      `(?<kind>[ug])id range \\[(?<first>\\d+)-(?<end>\\d+)\\) -> \\[(?<lower>\\d+)-${NUMBER}\\) not allowed`,
    ),
    clue: ({ kind, first, end, lower }) => ({
      asks: "range",
      kind: kindIn(kind),
      refused: { first: Number(first), lowerFirst: Number(lower), count: Number(end) - Number(first) },
    }),
    example:
      'lxc 20250411210520.746 ERROR    idmap_utils - ../src/lxc/idmap_utils.c:lxc_map_ids:245 - newuidmap failed to write mapping "newuidmap: uid range [0-65536) -> [100000-165536) not allowed": newuidmap 39984 0 100000 65536',
    source: "Telmate/terraform-provider-proxmox#1286; alone recorded: uidmap 4.13",
  },
  {
    name: "newidmap-kernel",
    writer: "newuidmap and newgidmap",
    tool: null,
    pattern: new RegExp(`new(?<kind>[ug])idmap: (?:write to|open of) [ug]id_map failed: ${ERRNO_PATTERN}`, "i"),
    clue: ({ kind, errno }) => ({ asks: "map", kind: kindIn(kind), by: "helper", errno: errnoOf(errno) }),
    example:
      "[rootlesskit:parent] error: failed to setup UID/GID map: newuidmap 3117138 [0 1002 1 1 231072 65536] failed: newuidmap: write to uid_map failed: Operation not permitted",
    source: "rootless-containers/rootlesskit#326; open of: podman-container-tools/podman#13360",
  },
  {
    name: "newidmap-no-caps",
    writer: "newuidmap and newgidmap",
    tool: null,
    pattern: /new(?<kind>[ug])idmap: Could not set caps/i,
    clue: ({ kind }) => ({ asks: "helper", tool: kindIn(kind) === "uid" ? "newuidmap" : "newgidmap", lack: "rights" }),
    example:
      "[rootlesskit:parent] error: failed to setup UID/GID map: newuidmap 5349 [0 1000 1 1 165536 65536] failed: newuidmap: Could not set caps",
    source: "moby/buildkit#1904",
  },
  {
    name: "newidmap-missing",
    writer: "Podman, Buildah, rootlesskit",
    tool: null,
    pattern: /exec: "new(?<kind>[ug])idmap": executable file not found|new(?<other>[ug])idmap binary is missing/i,
    clue: ({ kind, other }) => ({
      asks: "helper",
      tool: kindIn(kind ?? other) === "uid" ? "newuidmap" : "newgidmap",
      lack: "missing",
    }),
    example: 'cannot find newuidmap: exec: "newuidmap": executable file not found in $PATH',
    source: "podman-container-tools/podman#2731; binary is missing: canonical/lxd#3933",
  },
  {
    name: "newidmap-target",
    writer: "newuidmap and newgidmap",
    tool: null,
    pattern:
      /new(?<kind>[ug])idmap: Target(?: process)? \d+ is owned by a different user: uid:(?<uid>\d+) pw_uid:\d+ st_uid:(?<owner>\d+)/i,
    clue: ({ kind, uid, owner }): Clue => ({
      asks: "target",
      kind: kindIn(kind),
      caller: idIn(uid) ?? 0,
      owner: idIn(owner) ?? 0,
    }),
    example:
      "newuidmap: Target process 10797 is owned by a different user: uid:1 pw_uid:1 st_uid:0, gid:1 pw_gid:1 st_gid:0",
    source: "recorded: uidmap 4.13; lxc/lxc#4084",
  },
  {
    name: "lxc-write-mapping",
    writer: "LXC, where newuidmap is missing",
    tool: "lxc",
    pattern: new RegExp(`${ERRNO_PATTERN} - Failed to write (?<kind>[ug])id mapping to`, "i"),
    clue: ({ kind, errno }) => ({ asks: "map", kind: kindIn(kind), by: "tool", errno: errnoOf(errno) }),
    example:
      'lxc Python1604-1 20180620054628.777 ERROR    lxc_conf - conf.c:write_id_mapping:2742 - Invalid argument - Failed to write uid mapping to "/proc/12247/uid_map"',
    source: "canonical/lxd#3933",
  },
  {
    name: "map-written-by-tool",
    writer: "a tool that writes the map itself (unshare, crun, runc, bubblewrap)",
    tool: null,
    pattern: new RegExp(
      `(?:/proc/(?:self|\\d+)/(?<kind>[ug])id_map[\`'"]?(?:, \\.\\.\\))?(?::| =>) ?${ERRNO_PATTERN})|(?:setting up (?<other>[ug])id map: (?:permission denied|operation not permitted))`,
      "i",
    ),
    clue: ({ kind, other, errno }) => ({
      asks: "map",
      kind: kindIn(kind ?? other),
      by: "tool",
      errno: errnoOf(errno) ?? "EPERM",
    }),
    example: "unshare: write failed /proc/self/uid_map: Operation not permitted",
    source: "gominimal/minimal#610; writing file: containers/crun#1074",
  },
  {
    name: "podman-cannot-setup",
    writer: "Podman",
    tool: "podman",
    pattern: /cannot set ?up namespace using "?[^"]*new(?<kind>[ug])idmap"?/i,
    clue: ({ kind }) => ({ asks: "map", kind: kindIn(kind), by: "helper", errno: null }),
    example:
      'invalid internal status, try resetting the pause process with "/usr/bin/podman system migrate": cannot set up namespace using "/usr/bin/newuidmap": exit status 1',
    source: "podman-container-tools/podman#21738",
  },
  {
    name: "lxc-setup-id-map",
    writer: "LXC, Incus and LXD",
    tool: "lxc",
    pattern: /Failed to set up id mapping/i,
    clue: () => ({ asks: "map", kind: "uid", by: "helper", errno: null }),
    example:
      "lxc test 20240131131214.183 ERROR    start - ../src/lxc/start.c:lxc_spawn:1788 - Failed to set up id mapping.",
    source: "lxc/incus#458",
  },
];

/** Namespaces that could not be made. */
export const NAMESPACE_MESSAGES: readonly KnownMessage[] = [
  {
    name: "unshare-failed",
    writer: "unshare",
    tool: "unshare",
    pattern: new RegExp(`unshare: unshare failed: ${ERRNO_PATTERN}`, "i"),
    clue: ({ errno }) => ({ asks: "namespace", of: "any", errno: errnoOf(errno) }),
    example: "unshare: unshare failed: Operation not permitted",
    source: "recorded: util-linux 2.38, a user without capabilities; util-linux/util-linux#3851",
  },
  {
    name: "bwrap-namespace",
    writer: "bubblewrap",
    tool: null,
    pattern: new RegExp(
      `bwrap: (?:Creating new namespace failed|unshare user ns|No permissions to creat\\w+ new namespace)(?:: ${ERRNO_PATTERN})?`,
      "i",
    ),
    clue: ({ errno }) => ({ asks: "namespace", of: "user", errno: errnoOf(errno) ?? "EPERM" }),
    example: "bwrap: Creating new namespace failed: No space left on device",
    source: "containers/bubblewrap#371",
  },
  {
    name: "cannot-clone",
    writer: "Podman, Buildah",
    tool: "podman",
    pattern: new RegExp(`(?:cannot clone|during unshare\\(CLONE_NEWUSER\\)): ${ERRNO_PATTERN}`, "i"),
    clue: ({ errno }) => ({ asks: "namespace", of: "user", errno: errnoOf(errno) }),
    example: "cannot clone: Invalid argument",
    source: "podman-container-tools/podman#7704; unshare(CLONE_NEWUSER): podman-container-tools/buildah#1069",
  },
  {
    name: "max-user-namespaces",
    writer: "Podman",
    tool: "podman",
    pattern: /user namespaces are not enabled in \/proc\/sys\/user\/max_user_namespaces/i,
    clue: () => ({ asks: "namespace", of: "user", errno: null, limit: 0 }),
    example: "user namespaces are not enabled in /proc/sys/user/max_user_namespaces",
    source: "podman-container-tools/podman#7704",
  },
  {
    name: "lxc-clone",
    writer: "LXC",
    tool: "lxc",
    pattern: new RegExp(`${ERRNO_PATTERN} - Failed to clone a new set of namespaces`, "i"),
    clue: ({ errno }) => ({ asks: "namespace", of: "user", errno: errnoOf(errno) }),
    example:
      "lxc 20191028052629.273 ERROR    start - start.c:lxc_spawn:1737 - Operation not permitted - Failed to clone a new set of namespaces",
    source: "lxc/go-lxc#134",
  },
];
