import { type Clue, ERRNO_PATTERN, errnoOf, type Groups, idIn, type KnownMessage } from "../clue.ts";

const taken =
  (call: Extract<Clue, { asks: "take" }>["call"]) =>
  ({ id, errno }: Groups): Clue => ({ asks: "take", call, id: idIn(id), errno: errnoOf(errno) });

/** Processes that could not take up the user or the groups that they should run as. */
export const TAKE_MESSAGES: readonly KnownMessage[] = [
  {
    name: "apt-setgroups",
    writer: "APT, which drops to _apt",
    tool: "apt",
    pattern: new RegExp(`setgroups (?<id>\\d+) failed - setgroups \\(\\d+: ${ERRNO_PATTERN}\\)`, "i"),
    clue: taken("setgroups"),
    example: "E: setgroups 65534 failed - setgroups (22: Invalid argument)",
    source: "podman-container-tools/buildah#3345; with EPERM recorded: apt 2.6 in unshare -Ur",
  },
  {
    name: "apt-setegid",
    writer: "APT, which drops to _apt",
    tool: "apt",
    pattern: new RegExp(`setegid (?<id>\\d+) failed - setegid \\(\\d+: ${ERRNO_PATTERN}\\)`, "i"),
    clue: taken("setresgid"),
    example: "E: setegid 65534 failed - setegid (22: Invalid argument)",
    source: "recorded: apt 2.6 in unshare -Ur",
  },
  {
    name: "apt-seteuid",
    writer: "APT, which drops to _apt",
    tool: "apt",
    pattern: new RegExp(`seteuid (?<id>\\d+) failed - seteuid \\(\\d+: ${ERRNO_PATTERN}\\)`, "i"),
    clue: taken("setresuid"),
    example: "E: seteuid 42 failed - seteuid (22: Invalid argument)",
    source: "recorded: apt 2.6 in unshare -Ur",
  },
  {
    name: "crun-setresuid",
    writer: "crun",
    tool: "crun",
    pattern: new RegExp(`setresuid to (?<id>\\d+): ${ERRNO_PATTERN}`, "i"),
    clue: taken("setresuid"),
    example: "2022-11-29T11:18:44.056177Z: setresuid to 0: Invalid argument",
    source: "containers/crun#1082",
  },
  {
    name: "runc-setup-user",
    writer: "runc",
    tool: "runc",
    pattern: new RegExp(`setup user: ${ERRNO_PATTERN}`, "i"),
    clue: taken("setresuid"),
    example:
      "Error: OCI runtime error: container_linux.go:370: starting container process caused: setup user: invalid argument",
    source: "podman-container-tools/podman#9003",
  },
  {
    name: "su-groups",
    writer: "su",
    tool: null,
    pattern: new RegExp(`cannot set groups: ${ERRNO_PATTERN}`, "i"),
    clue: taken("setgroups"),
    example: "su: cannot set groups: Operation not permitted",
    source: "recorded: util-linux 2.38 in unshare -Ur",
  },
  {
    name: "chroot-groups",
    writer: "chroot",
    tool: null,
    pattern: new RegExp(`failed to set supplemental groups: ${ERRNO_PATTERN}`, "i"),
    clue: taken("setgroups"),
    example: "chroot: failed to set supplemental groups: Operation not permitted",
    source: "recorded: coreutils 9.1 in unshare -Ur",
  },
  {
    name: "lxc-drop-groups",
    writer: "LXC",
    tool: "lxc",
    pattern: new RegExp(`${ERRNO_PATTERN} - Failed to drop suppl[ei]m?[ei]ntary groups`, "i"),
    clue: taken("setgroups"),
    example:
      "lxc 20250411210520.746 ERROR    utils - ../src/lxc/utils.c:lxc_drop_groups:1570 - Operation not permitted - Failed to drop supplimentary groups",
    source: "Telmate/terraform-provider-proxmox#1286",
  },
  {
    name: "lxc-switch-gid",
    writer: "LXC",
    tool: "lxc",
    pattern: new RegExp(`${ERRNO_PATTERN} - Failed to switch to gid (?<id>\\d+)`, "i"),
    clue: taken("setresgid"),
    example:
      "lxc 20250411210520.746 ERROR    utils - ../src/lxc/utils.c:lxc_switch_uid_gid:1545 - Invalid argument - Failed to switch to gid 0",
    source: "Telmate/terraform-provider-proxmox#1286",
  },
  {
    name: "setid-call",
    writer: "a program that names the call (setpriv, su, nsenter)",
    tool: null,
    pattern: new RegExp(`\\b(?<call>setgroups|setresuid|setresgid|setuid|setgid)(?: failed)?: ${ERRNO_PATTERN}`, "i"),
    clue: (groups) => {
      const { call = "" } = groups;
      return taken(call === "setgroups" ? call : call.endsWith("gid") ? "setresgid" : "setresuid")(groups);
    },
    example: "setpriv: setresuid failed: Invalid argument",
    source: "recorded: util-linux 2.38 in unshare -Ur; setuid: canonical/lxd#2784; setgid: lxc/lxc#1454",
  },
];
