import { type Clue, ERRNO_PATTERN, errnoOf, type Groups, idIn, type KnownMessage } from "../clue.ts";

const owned =
  (call: string) =>
  ({ path, uid, gid, errno }: Groups): Clue => ({
    asks: "own",
    call,
    path: path ?? null,
    uid: idIn(uid),
    gid: idIn(gid),
    errno: errnoOf(errno),
  });

/** Files that could not be given their owners. The most telling first. */
export const OWNER_MESSAGES: readonly KnownMessage[] = [
  {
    name: "storage-insufficient-ids",
    writer: "containers/storage (Podman, Buildah, CRI-O)",
    tool: "podman",
    pattern: new RegExp(
      `insufficient (?:UIDs(?: or GIDs)?|IDs) available in(?: the)? (?:user )?namespace \\(requested (?<uid>\\d+):(?<gid>\\d+) for (?<path>[^)]+)\\)(?:.*?: ${ERRNO_PATTERN})?`,
      "i",
    ),
    clue: (groups) => owned("lchown")({ ...groups, errno: groups.errno ?? "invalid argument" }),
    example:
      'potentially insufficient UIDs or GIDs available in user namespace (requested 0:42 for /etc/shadow): Check /etc/subuid and /etc/subgid if configured locally and run "podman system migrate": lchown /etc/shadow: invalid argument',
    source: "distribution/distribution-library-image#197",
  },
  {
    name: "storage-not-enough-ids",
    writer: "containers/storage before 2020 (Podman, Buildah)",
    tool: "podman",
    pattern:
      /there might not be enough IDs available in the namespace \(requested (?<uid>\d+):(?<gid>\d+) for (?<path>[^)]+)\)/i,
    clue: (groups) => owned("lchown")({ ...groups, errno: "invalid argument" }),
    example:
      "there might not be enough IDs available in the namespace (requested 0:42 for /etc/gshadow): lchown /etc/gshadow: invalid argument",
    source: "containers/storage#747, which changed it",
  },
  {
    name: "tar-change-ownership",
    writer: "GNU tar",
    tool: "tar",
    pattern: new RegExp(
      `tar: (?<path>.+?): Cannot change ownership to uid (?<uid>\\d+), gid (?<gid>\\d+): ${ERRNO_PATTERN}`,
      "i",
    ),
    clue: owned("fchownat"),
    example: "tar: a: Cannot change ownership to uid 5, gid 7: Invalid argument",
    source: "recorded: tar 1.34 in unshare -Ur; podman-container-tools/buildah#1702",
  },
  {
    name: "chown-changing-ownership",
    writer: "coreutils (chown, cp, install)",
    tool: null,
    pattern: new RegExp(`(?:changing|preserve) ownership (?:of|for) ['‘](?<path>[^'’]+)['’]: ${ERRNO_PATTERN}`, "i"),
    clue: owned("fchownat"),
    example: "chown: changing ownership of 'o/b': Invalid argument",
    source: "recorded: coreutils 9.1 in unshare -Ur; fsquillace/junest#189",
  },
  {
    name: "chgrp-changing-group",
    writer: "coreutils (chgrp)",
    tool: null,
    pattern: new RegExp(`changing group of ['‘](?<path>[^'’]+)['’]: ${ERRNO_PATTERN}`, "i"),
    clue: owned("fchownat"),
    example: "chgrp: changing group of 'o/b': Invalid argument",
    source: "recorded: coreutils 9.1 in unshare -Ur",
  },
  {
    name: "busybox-chown",
    writer: "BusyBox chown",
    tool: null,
    pattern: new RegExp(`\\bchown: (?<path>[^:']+): ${ERRNO_PATTERN}`, "i"),
    clue: owned("chown"),
    example: "chown: batata: Invalid argument",
    source: "podman-container-tools/podman#8592",
  },
  {
    name: "go-chown",
    writer: "a program in Go (Podman, Buildah, Docker, containerd, umoci)",
    tool: null,
    pattern: new RegExp(`\\bl?chown (?<path>[^:\\s]+): ${ERRNO_PATTERN}`, "i"),
    clue: owned("lchown"),
    example: "Error processing tar file(exit status 1): lchown /etc/gshadow: invalid argument",
    source: "podman-container-tools/podman#2542",
  },
  {
    name: "lxc-chown-container-dir",
    writer: "LXC",
    tool: "lxc",
    pattern: /Failed to chown container dir/i,
    clue: () => owned("chown")({}),
    example: "lxc-create: lxccontainer.c: do_create_container_dir: 985 Failed to chown container dir",
    source: "lxc/lxc#1454",
  },
  {
    name: "chown-too-large",
    writer: "any program whose file's owner has no place",
    tool: null,
    pattern: /Value too large for defined data type/i,
    clue: () => owned("chown")({ errno: "value too large for defined data type" }),
    example: "Value too large for defined data type",
    source: "systemd/systemd#38771",
  },
];
