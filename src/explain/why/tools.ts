import { lxc, type MapFormat, nspawn, oci, podman, triples, unshare } from "../../formats/index.ts";
import type { ToolName } from "./clue.ts";

/** How a tool comes by its map, and how one is written for it. */
export interface WhyTool {
  readonly name: ToolName;
  /** Words of a line that name it. */
  readonly named: RegExp;
  /**
   * own: the user itself as root, then all that is granted to it, without a line of configuration.
   * counted: all that is granted to the owner, from 0 on.
   * written: the map stands in the tool's configuration.
   */
  readonly map: "own" | "counted" | "written";
  /** Whose ranges it counts, where that is no user of its own. */
  readonly owner: string | null;
  readonly format: MapFormat;
  /** What makes it read the subid files again; null: it does each time. */
  readonly restart: string | null;
  /** What it takes in place of an idmapped mount, changing the files' owners; null: nothing of its own. */
  readonly withoutIdmap: string | null;
  /** What prints the map that it runs with. */
  readonly shows: string;
}

const OF_PROCESS = "cat /proc/PID/uid_map /proc/PID/gid_map   # PID: a process of the container";

/**
 * The tools that fixes are written for. The first whose words a line holds is the one it is about.
 *
 * @source podman-system-migrate(1), podman-unshare(1), buildah-unshare(1), dockerd(8), lxc.container.conf(5),
 *         podman-run(1) (U of --volume), systemd-nspawn(1) (--private-users-ownership=), Incus' and LXD's manuals ("User
 *         namespace setup"; shift of disk devices)
 */
export const TOOLS: readonly WhyTool[] = [
  {
    name: "docker-rootless",
    named: /rootlesskit|dockerd-rootless/i,
    map: "own",
    owner: null,
    format: triples,
    restart: "systemctl --user restart docker",
    withoutIdmap: null,
    shows: "cat /proc/$(pgrep -u $USER -x dockerd)/uid_map   # and gid_map",
  },
  {
    name: "incus",
    named: /\bincus/i,
    map: "counted",
    owner: "root",
    format: lxc,
    restart: "systemctl restart incus",
    withoutIdmap: "incus config device set CONTAINER DISK shift=false",
    shows: "incus config show --expanded CONTAINER | grep idmap",
  },
  {
    name: "lxd",
    named: /\blxd\b|\/lxd\//i,
    map: "counted",
    owner: "root",
    format: lxc,
    restart: "systemctl restart lxd",
    withoutIdmap: "lxc config device set CONTAINER DISK shift=false",
    shows: "lxc config show --expanded CONTAINER | grep idmap",
  },
  {
    name: "lxc",
    named: /\blxc[ -]/i,
    map: "written",
    owner: null,
    format: lxc,
    restart: null,
    withoutIdmap: null,
    shows: "grep idmap ~/.local/share/lxc/CONTAINER/config ~/.config/lxc/default.conf",
  },
  {
    name: "buildah",
    named: /\bbuildah\b/i,
    map: "own",
    owner: null,
    format: podman,
    restart: null,
    withoutIdmap: null,
    shows: "buildah unshare cat /proc/self/uid_map /proc/self/gid_map",
  },
  {
    name: "podman",
    named: /\bpodman\b|\blibpod\b/i,
    map: "own",
    owner: null,
    format: podman,
    restart: "podman system migrate",
    withoutIdmap: "podman run -v SRC:DST:U …   # in place of idmap",
    shows: "podman unshare cat /proc/self/uid_map /proc/self/gid_map",
  },
  {
    name: "containerd",
    named: /\bcontainerd\b|\bkubelet\b/i,
    map: "written",
    owner: null,
    format: oci,
    restart: null,
    withoutIdmap: null,
    shows: OF_PROCESS,
  },
  {
    name: "docker",
    named: /\bdocker(?:d|remap)?\b/i,
    map: "counted",
    owner: "dockremap",
    format: triples,
    restart: "systemctl restart docker",
    withoutIdmap: null,
    shows: "docker run --rm alpine cat /proc/self/uid_map /proc/self/gid_map",
  },
  {
    name: "crun",
    named: /\bcrun\b/i,
    map: "written",
    owner: null,
    format: oci,
    restart: null,
    withoutIdmap: null,
    shows: "grep -A9 Mappings config.json",
  },
  {
    name: "runc",
    named: /\brunc\b/i,
    map: "written",
    owner: null,
    format: oci,
    restart: null,
    withoutIdmap: null,
    shows: "grep -A9 Mappings config.json",
  },
  {
    name: "nspawn",
    named: /\bnspawn\b/i,
    map: "written",
    owner: null,
    format: nspawn,
    restart: null,
    withoutIdmap: "systemd-nspawn --private-users-ownership=chown …",
    shows: "machinectl status MACHINE   # UID Shift",
  },
  {
    name: "apt",
    named: /^apt\b/i,
    map: "written",
    owner: null,
    format: triples,
    restart: null,
    withoutIdmap: null,
    shows: "cat /proc/self/gid_map /proc/self/setgroups",
  },
  {
    name: "tar",
    named: /^tar:/i,
    map: "written",
    owner: null,
    format: triples,
    restart: null,
    withoutIdmap: null,
    shows: "cat /proc/self/uid_map /proc/self/gid_map",
  },
  {
    name: "unshare",
    named: /^unshare:/i,
    map: "written",
    owner: null,
    format: unshare,
    restart: null,
    withoutIdmap: null,
    shows: "cat /proc/self/uid_map /proc/self/gid_map",
  },
];

/** No tool is known: maps as triples. */
const ANY: Omit<WhyTool, "name"> & { readonly name: null } = {
  name: null,
  named: /$^/,
  map: "written",
  owner: null,
  format: triples,
  restart: null,
  withoutIdmap: null,
  shows: OF_PROCESS,
};

export type KnownTool = Omit<WhyTool, "name"> & { readonly name: ToolName | null };

/** The tool that is asked for, else the one that the line names, else the one that writes such messages. */
export function toolOf(asked: ToolName | null, line: string, usual: ToolName | null): KnownTool {
  const wanted = asked ?? TOOLS.find(({ named }) => named.test(line))?.name ?? usual;
  return TOOLS.find(({ name }) => name === wanted) ?? ANY;
}
