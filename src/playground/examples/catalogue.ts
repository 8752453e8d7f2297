/** A scenario to open with one click. */
export interface ScenarioExample {
  readonly title: string;
  readonly about: string;
  /** Its place below tests/scenarios. */
  readonly name: string;
}

export interface ScenarioGroup {
  readonly title: string;
  readonly about: string;
  readonly examples: readonly ScenarioExample[];
}

const row = (name: string, title: string, about: string): ScenarioExample => ({ name, title, about });

/** What a teacher would show, by subject. */
export const SCENARIO_GROUPS: readonly ScenarioGroup[] = [
  {
    title: "Linux as it is",
    about: "Answered alike by a running kernel.",
    examples: [
      row("linux/rootless-map", "Rootless map", "Who becomes nobody, and what root inside may do to nobody’s files."),
      row("linux/nested-maps", "Nested maps", "What a nested map may hold, and how it reads from where."),
      row("linux/idmapped-mount", "Idmapped mount", "Who can create on it, and as whom."),
      row("linux/setgroups-deny", "setgroups deny", "No gid_map for a user before setgroups is denied."),
      row("linux/ptrace-across-namespaces", "ptrace", "ptrace and signals across namespaces."),
      row("linux/setuid-no-new-privs", "Set-user-ID", "no_new_privs, nosuid, and an owner that is not mapped."),
      row("linux/file-capability", "File capability", "A capability of a container, across namespaces."),
    ],
  },
  {
    title: "fsid mappings",
    about: "Proposed in 2020: a second pair of maps, for files alone.",
    examples: [
      row("fsid/demonstration-different-maps", "Demonstration 1", "Files at 300000, processes at 100000."),
      row("fsid/demonstration-shared-storage", "Demonstration 2", "One writable tree for two containers."),
      row("fsid/demonstration-without-fs-maps", "Demonstration 3", "The same files, without fs maps."),
      row("fsid/setuid-execution", "The setuid objection", "A set-user-ID program of the container’s root."),
      row("fsid/setuid-execution-reply", "… and the reply", "The same, as its author answered."),
      row("fsid/personality", "The /proc and ptrace objection", "A process looks at another with the same ids."),
      row("fsid/personality-reply", "… and the reply", "The same, as its author answered."),
      row("fsid/idmapped-mount", "What came instead", "The shared tree by idmapped mounts, which Linux has."),
    ],
  },
  {
    title: "Isolated namespaces",
    about: "Proposed: kernel ids of 64 bits, every id of its own in every namespace.",
    examples: [
      row("isolated/demonstration", "The demonstration", "A host directory in an isolated namespace without maps."),
      row("isolated/nesting", "Nesting", "Isolated namespaces in isolated namespaces."),
      row("isolated/disk-forgets", "Open problem: disks", "A disk forgets isolated owners."),
      row("isolated/scm-credentials", "Open problem: credentials", "Credentials that cross the border."),
      row("isolated/ids-by-name", "Open problem: names", "An isolated id is written with its namespace’s name."),
      row("isolated/lifetime-of-numbers", "Open problem: numbers", "How long a number means its namespace."),
      row("isolated/policy-routing-default", "Open problem: routing", "Policy routing and isolated ids."),
      row("isolated/quota", "Open problem: quotas", "Quotas and isolated owners."),
      row("isolated/procfs-and-sysfs", "Open problem: /proc and /sys", "What of them can be mounted."),
    ],
  },
  {
    title: "Static image shift",
    about: "Images that rest at a shifted range, and what brings them home.",
    examples: [
      row("shift/nspawn", "systemd-nspawn", "How it brings an image to its range."),
      row("shift/bind-mount-shift", "Shifted bind mount", "What it refuses whom."),
      row("shift/nested-shifts", "Nested shifts", "A container shifts what is shifted to it."),
      row("shift/shiftfs", "shiftfs", "A marked directory, shifted by whoever mounts it."),
      row("shift/transient-ranges", "Transient ranges", "Ranges that never reach a disk."),
    ],
  },
  {
    title: "setusers",
    about: "Proposed: a task holds a pile of ids that it may take.",
    examples: [
      row("setusers/calls", "The calls", "setusers() and getusers(), and their twins for groups."),
      row("setusers/take-an-id", "Taking an id", "An id of the pile is taken, and only then counts."),
      row("setusers/uid-map", "A map of the pile", "Without newuidmap and without host root."),
      row("setusers/session", "A session", "A login hands out a pile; nothing is leased twice."),
      row("setusers/nesting", "Piles in piles", "A pile inside a pile inside a pile."),
    ],
  },
];
