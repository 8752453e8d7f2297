/** A word of the field, explained on one screen. */
export interface HelpTopic {
  readonly name: string;
  /** Other ways to say it. */
  readonly alias: readonly string[];
  /** At most 24 lines of at most 80 columns; what stands behind `$ ` is a command, and below it what that prints. */
  readonly text: string;
}

/** The five words that everything else is said in. */
export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    name: "map",
    alias: ["uid_map", "gid_map"],
    text: `A MAP says which ids a container has, and who they are outside.

Each line has three numbers: the first id inside, the first id outside, how
many. 0:100000:65536 makes ids 0 to 65535 inside the ids 100000 to 165535
outside: root inside is 100000, and 33 is 100033.

$ userns map 0 33 65536 --map 0:100000:65536
u0 → k100000
u33 → k100033
u65536 → not mapped

There is one map for users and one for groups. Each is written once, to
/proc/PID/uid_map and gid_map; at most 340 lines, and no id twice on either
side. An id that no line holds does not exist inside.

Who may write one: root of the namespace around it; newuidmap, for ids that
/etc/subuid grants; anybody, for one line that holds just their own id.

See: userns map --help, userns check --help, userns help subuid
`,
  },
  {
    name: "namespace",
    alias: ["user-namespace", "userns"],
    text: `A USER NAMESPACE is where ids are counted.

A process in it sees ids by its map. Its root has all capabilities, but only
over what belongs to the namespace: it may mount a tmpfs of its own, and not
the disk of the host. To the host it is an ordinary user.

Namespaces nest. An id inside goes through each map on its way out, and every
id of an inner map must be one that the outer map holds:

$ userns explain 5 --map 0:100000:65536 --nested 0:1000:10
uid u5 → k101005  (used inside → in the kernel)
  u5 → u1005       uid_map of nested 1, line 1: 0:1000:10
  u1005 → k101005  uid_map, line 1: 0:100000:65536

The kernel keeps one id for each, whatever the namespace (written k above):
that is what files, signals and limits are decided by.

See: userns ps --help, userns help map
`,
  },
  {
    name: "idmapped-mount",
    alias: ["idmap", "mount"],
    text: `An IDMAPPED MOUNT shows the files of a folder with other owners.

Nothing on the disk changes, and nothing is copied: a map stands between the
disk and whoever looks through the mount. So a volume whose files belong to
1000 can be the volume of a container whose user 1000 is really 101000.

$ userns explain 1000 --map 0:100000:65536 --mount 0:100000:65536
uid u1000 → u1000  (kept on disk → as stat shows it)
  u1000 → k1000    initial namespace, line 1: 0:0:4294967295
  k1000 → u1000    initial namespace, line 1: 0:0:4294967295
  u1000 → v101000  mount map, line 1: 0:100000:65536
  v101000 → u1000  uid_map, line 1: 0:100000:65536

Without the mount map the same file belongs to nobody in the container.
Files that are made through the mount go the same way back.

It takes privilege over the file system, a file system that can (ext4, xfs,
btrfs, tmpfs …; NFS and overlay cannot), and Linux 5.12 or newer.

See: userns explain --help, userns doctor --help
`,
  },
  {
    name: "subuid",
    alias: ["subgid", "subordinate-ids"],
    text: `/etc/subuid and /etc/subgid grant people ids to make maps of.

Each line has three fields: whose, the first id, how many. ben:100000:65536
lets ben map any of 100000 to 165535; the program newuidmap looks there, and
writes the map that ben alone might not write.

Together with ben's own id as root that is the map of a rootless container:

$ userns explain 33 --map 0:1000:1,1:100000:65536
uid u33 → k100032  (used inside → in the kernel)
  u33 → k100032  uid_map, line 2: 1:100000:65536

Two people must not have the same ids, nor anybody the ids of an account:
whoever has a range can act as every id of it. 65536 ids are enough for most
images, whose highest id is 65534, nobody.

A change counts for new namespaces only; for Podman: podman system migrate.

See: userns newuidmap --help, userns doctor --help, userns alloc --help
`,
  },
  {
    name: "overflow-id",
    alias: ["nobody", "nogroup", "65534"],
    text: `THE OVERFLOW ID, 65534, is shown for an owner that has no id here.

When ls -l in a container shows nobody and nogroup, no line of the map holds
the owner. The file has a true owner all the same, which only the host sees.

$ userns explain 1000 --direction up --map 0:100000:65536
uid k1000 → not mapped, shown as 65534  (in the kernel → as seen inside)
  k1000 → u65534  uid_map, no line holds k1000: line 1 (0:100000:65536) begins
                  at k100000; the overflow id is shown

Such a file can be read by whom its "others" bits let; not even root inside
may change its owner, its mode or its ACL (EPERM), and no new file gets such
an owner (EOVERFLOW).

65534 is also an ordinary id: a map may hold it, and an image may use it.
What helps: a map that holds the owner, an idmapped mount, or other owners on
the disk.

See: userns help idmapped-mount, userns layer lint --help
`,
  },
];

/** A topic by its name or another way to say it; null where there is none. */
export function helpTopic(name: string): HelpTopic | null {
  const wanted = name.toLowerCase();
  return HELP_TOPICS.find((topic) => topic.name === wanted || topic.alias.includes(wanted)) ?? null;
}
