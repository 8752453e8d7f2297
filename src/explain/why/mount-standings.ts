import { IDENTITY, isSameMap } from "../../core/index.ts";
import { type HostMount, idmapAnswer } from "../../policy/index.ts";
import type { WhyContext } from "./context.ts";
import type { WhyFix } from "./judgement.ts";
import type { Standing, StandingWorld } from "./standing.ts";
import type { KnownTool } from "./tools.ts";

const WRITTEN = { uid_map: [[0, 100_000, 65_536]], gid_map: [[0, 100_000, 65_536]] };
/** Whose maps become the idmap. */
const MAPS = { name: "maps", parent: "init", owner: [0, 0], ...WRITTEN };
/** Another namespace, with one below it. */
const OUTER = { ...MAPS, name: "outer" };
const BELOW = { ...MAPS, parent: OUTER.name, uid_map: [[0, 0, 1000]], gid_map: [[0, 0, 1000]] };
const DISK = { name: "disk", type: "ext4", root: { uid: 0, gid: 0, mode: "0755" } };
const ROOT = { name: "caller", caps: "all" };
/** A type that takes no idmap stands for them all. */
const UNABLE = "/proc";

interface Call {
  readonly path?: string;
  readonly on?: "clone" | "attached";
  readonly userns?: string;
}

function idmap({ path = "disk:.", on = "clone", userns = MAPS.name }: Call = {}) {
  return { task: ROOT.name, call: "mount_setattr", path, on, changes: [{ set: ["idmap"], userns }] };
}

/** What all worlds have but where they say otherwise. */
function world(setup: object = {}, steps: readonly object[] = [idmap()]): StandingWorld {
  return { setup: { namespaces: [MAPS], filesystems: [DISK], tasks: [ROOT], ...setup }, steps };
}

const GOOD = world();

/** Where the mount is, and what is known of it; null: nothing. */
export interface MountPlace {
  readonly at: string;
  readonly mount: HostMount | null;
  readonly kernel: string | null;
}

/**
 * What may keep a mount from being idmapped: the rules of the model that a tool can run into, the likeliest first.
 */
export function mountStandings(place: MountPlace, tool: KnownTool, context: WhyContext): readonly Standing[] {
  return [
    typeUnable(place, tool),
    fromInside(place, tool, context),
    noAdmin(context),
    idmappedAlready(place),
    mapUnwritten(),
    ownNamespace(place),
    initialNamespace(),
    attachedAlready(),
  ];
}

function withoutIdmap({ withoutIdmap: line }: KnownTool): readonly WhyFix[] {
  if (line === null) return [];
  return [{ what: "without an idmapped mount: have the files' owners changed", lines: [line], question: null }];
}

function typeUnable({ at, mount, kernel }: MountPlace, tool: KnownTool): Standing {
  const answer = mount && kernel !== null ? idmapAnswer(mount.type, kernel) : null;
  const said = mount && answer?.can === "no" ? `mounts of ${mount.type} cannot be idmapped: ${answer.because}` : null;
  return {
    when: said ?? "this kernel idmaps no mounts of the file system's type",
    holds: answer === null || answer.can === "unknown" ? null : answer.can === "no",
    ask: `findmnt -no FSTYPE --target ${at}; uname -r   # or userns why … --here`,
    world: world({}, [idmap({ path: UNABLE })]),
    mend: { what: "keep the files on ext4, XFS or btrfs", lines: [], world: GOOD },
    without: withoutIdmap(tool),
  };
}

/** Types that a user namespace's root may mount for itself. @source user_namespaces(7), "Effect of capabilities"; fuse(4) */
const MOUNTED_ANYWHERE: ReadonlySet<string> = new Set([
  "proc",
  "sysfs",
  "devpts",
  "tmpfs",
  "ramfs",
  "mqueue",
  "bpf",
  "cgroup2",
  "overlay",
  "fuse",
  "fuseblk",
]);

function fromInside({ at, mount }: MountPlace, tool: KnownTool, { process, maps, user }: WhyContext): Standing {
  const isOutside = process && maps && isSameMap(maps.uid, IDENTITY) && isSameMap(maps.gid, IDENTITY);
  const isInside = process ? !isOutside : tool.map === "own" && user ? user.uid !== 0 : null;
  const isOfHost = mount !== null && !MOUNTED_ANYWHERE.has(mount.type.replace(/\..*$/, ""));
  const namespaces = [OUTER, BELOW];
  const inside = (owner: string) =>
    world({ namespaces, filesystems: [{ ...DISK, user_ns: owner }], tasks: [{ ...ROOT, ns: OUTER.name }] }, [
      { task: ROOT.name, call: "unshare", flags: ["mnt"] },
      idmap(),
    ]);
  return {
    when: "it was asked in a user namespace that does not own the file system: a disk's is the host's",
    holds: isInside === false ? false : isInside && isOfHost ? true : null,
    ask: `cat /proc/self/uid_map   # there; findmnt -no FSTYPE --target ${at}`,
    world: inside("init"),
    mend: { what: "have it asked by root of the host", lines: asHostRoot(tool), world: GOOD },
    without: withoutIdmap(tool),
  };
}

function asHostRoot({ name }: KnownTool): readonly string[] {
  return name === "podman" || name === "buildah" ? [`sudo ${name} …`] : [];
}

function noAdmin({ process }: WhyContext): Standing {
  return {
    when: "the caller lacks CAP_SYS_ADMIN over the namespace that owns its mounts",
    holds: process ? !process.caps.includes("sys_admin") : null,
    ask: "grep CapEff /proc/self/status   # there; bit 21 is CAP_SYS_ADMIN",
    world: world({ tasks: [{ ...ROOT, caps: [] }] }),
    mend: { what: "have it asked with CAP_SYS_ADMIN", lines: [], world: GOOD },
  };
}

function idmappedAlready({ at, mount }: MountPlace): Standing {
  const mounts = [{ name: "mapped", fs: DISK.name, idmap: OUTER.name }];
  return {
    when: "what is to be mounted is idmapped already",
    holds: mount === null ? null : mount.isIdmapped,
    ask: `findmnt -no OPTIONS --target ${at}   # idmapped`,
    world: world({ namespaces: [MAPS, OUTER], mounts }, [idmap({ path: "mapped:." })]),
    mend: { what: "take it from where it is mounted without an idmap", lines: [], world: GOOD },
  };
}

function mapUnwritten(): Standing {
  return {
    when: "one kind of map was given, of users or of groups, and not the other",
    holds: null,
    ask: "cat /proc/PID/uid_map /proc/PID/gid_map   # PID: whose namespace was given",
    world: world({ namespaces: [{ ...MAPS, gid_map: null }] }),
    mend: { what: "give both, as b: of X-mount.idmap does", lines: [], world: GOOD },
  };
}

function ownNamespace({ mount }: MountPlace): Standing {
  return {
    when: "the namespace whose maps were given owns the file system itself",
    holds: mount && !MOUNTED_ANYWHERE.has(mount.type.replace(/\..*$/, "")) ? false : null,
    ask: "lsns -t user; lsns -t mnt   # in which namespace it was mounted",
    world: world({ filesystems: [{ ...DISK, user_ns: MAPS.name }] }),
    mend: {
      what: "give the maps of another namespace",
      lines: [],
      world: world({ namespaces: [MAPS, OUTER], filesystems: [{ ...DISK, user_ns: MAPS.name }] }, [
        idmap({ userns: OUTER.name }),
      ]),
    },
  };
}

function initialNamespace(): Standing {
  return {
    when: "the namespace that was given is the initial one",
    holds: null,
    ask: "readlink /proc/1/ns/user /proc/PID/ns/user   # PID: whose namespace was given",
    world: world({}, [idmap({ userns: "init" })]),
    mend: { what: "give a namespace of the container's own", lines: [], world: GOOD },
  };
}

function attachedAlready(): Standing {
  return {
    when: "the mount was attached already when it was to be idmapped",
    holds: null,
    ask: "strace -f -e trace=open_tree,mount_setattr,move_mount …   # open_tree comes first",
    world: world({}, [idmap({ on: "attached" })]),
    mend: { what: "idmap a fresh clone (OPEN_TREE_CLONE), then attach it", lines: [], world: GOOD },
  };
}
