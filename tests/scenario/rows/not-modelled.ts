/** What Linux has and the model has not: refused by name, never guessed. */
import { A, ACL, onOverlay, type Row, TMPFS, withOverlay, withSetup, withSteps } from "./row.ts";

export const NOT_MODELLED: readonly Row[] = [
  {
    rule: "network file systems are refused by name",
    scenario: withSetup({ filesystems: [{ name: "f", type: "nfs" }] }),
    says: '$.setup.filesystems[0].type: expected one of tmpfs, ext4, xfs, btrfs, overlay, shiftfs, cgroup2 (got "nfs"); network file systems and FUSE are not modelled: their servers decide with ids of their own',
    refusedBy: "both",
  },
  {
    rule: "quotas are refused by name",
    scenario: withSetup({ filesystems: [{ ...TMPFS, quota: true }] }),
    says: '$.setup.filesystems[0].quota: expected nothing of this name (got "quota"); quotas are not modelled: nothing is ever full',
    refusedBy: "both",
  },
  {
    rule: "security modules are refused by name",
    scenario: { version: 1, machine: { lsm: ["selinux"] }, steps: [] },
    says: '$.machine.lsm: expected one of lacks (got "lsm"); security modules are not modelled: rules are those of a kernel without SELinux, AppArmor, Smack, Yama and seccomp',
    refusedBy: "both",
  },
  {
    rule: "labels of security modules are refused by name",
    scenario: withSetup({ tasks: [{ name: "p", selinux: "u:r:t" }] }),
    says: '$.setup.tasks[0].selinux: expected nothing of this name (got "selinux"); security modules are not modelled: rules are those of a kernel without SELinux, AppArmor, Smack, Yama and seccomp',
    refusedBy: "both",
  },
  {
    rule: "pid namespaces are refused by name",
    scenario: withSetup({ namespaces: [{ ...A, pid_ns: true }] }),
    says: '$.setup.namespaces[0].pid_ns: expected nothing of this name (got "pid_ns"); a setup has one pid namespace: another is made by unshare, for what its maker forks',
    refusedBy: "both",
  },
  {
    rule: "subordinate ids are refused by name",
    scenario: withSteps({ task: "p", call: "newuidmap" }),
    says: '$.steps[0].call: expected a call that is modelled (got "newuidmap"); scenarios hold no subordinate ids: write the maps themselves, with map_write or in the setup',
    refusedBy: "both",
  },
  {
    rule: "ACLs on an overlay are refused by name",
    scenario: onOverlay({ call: "acl_get", path: "o:a" }),
    says: "$.steps[0]: expected POSIX ACLs on a file system that keeps its own files (got o: POSIX ACLs on overlay, which is not modelled)",
    refusedBy: "loader",
  },
  {
    rule: "setting an ACL on an overlay is refused by name",
    scenario: onOverlay({ call: "acl_set", path: "o:a", acl: ACL }),
    says: "$.steps[0]: expected POSIX ACLs on a file system that keeps its own files (got o: POSIX ACLs on overlay, which is not modelled)",
    refusedBy: "loader",
  },
  {
    rule: "file capabilities on an overlay are refused by name",
    scenario: onOverlay({ call: "fcap_get", path: "o:a" }),
    says: "$.steps[0]: expected extended attributes on a file system that keeps its own files (got o: extended attributes on overlay, which is not modelled)",
    refusedBy: "loader",
  },
  {
    rule: "programs on an overlay are refused by name",
    scenario: onOverlay({ call: "exec", path: "o:a" }),
    says: "$.steps[0]: expected execve on a file system that keeps its own files (got o: execve on overlay, which is not modelled)",
    refusedBy: "loader",
  },
  {
    rule: "layers with ACLs are refused by name",
    scenario: withOverlay({ path: "a", acl: [...ACL.slice(0, 1), ["user", 5, 7], ACL[1], ["mask", null, 7], ACL[2]] }),
    says: "$.setup.filesystems[2]: expected layers without ACLs, file capabilities and extended attributes, which are not modelled in an overlay (got o: a layer with some)",
    refusedBy: "loader",
  },
  {
    rule: "the link to a root directory is refused by name where a call is for the link",
    scenario: withSteps({ task: "@root", call: "stat", path: "/proc/@root/root" }),
    says: "$.steps[0]: expected a directory or a file: the link to a root directory is not modelled as a file of its own (got /proc/@root/root: the link itself, which the call does not follow); write /proc/@root/root/ for where it leads; proc_stat and proc_readlink ask about the link",
    refusedBy: "loader",
  },
  {
    rule: "a way out of a mount is refused by name",
    scenario: onOverlay({ call: "stat", path: "l:.." }),
    says: '$.steps[0]: expected a path that stays below one mount, which is all that is modelled (got l: ".." at the top of l)',
    refusedBy: "loader",
  },
];
