import type { Finding } from "./finding.ts";
import type { Host } from "./host.ts";

/** A setting under which users cannot make user namespaces, or can do little in them. */
interface Limit {
  readonly name: string;
  readonly isBad: (value: number) => boolean;
  readonly severity: Finding["severity"];
  readonly code: Finding["code"];
  readonly what: string;
  readonly consequence: string;
  /** What is refused under it is refused with these. */
  readonly errnos: readonly string[];
  readonly set: number;
}

const REFUSED = 'Whoever is not root is refused: "unshare: unshare failed: …", and no rootless container starts.';

/** @source user_namespaces(7); namespaces(7); Debian's and Ubuntu's kernels */
const LIMITS: readonly Limit[] = [
  {
    name: "user.max_user_namespaces",
    isBad: (value) => value === 0,
    severity: "error",
    code: "namespaces-off",
    what: "No user namespace may be made: user.max_user_namespaces is 0.",
    consequence: "Every container that needs one fails with ENOSPC.",
    errnos: ["ENOSPC"],
    set: 15000,
  },
  {
    name: "kernel.unprivileged_userns_clone",
    isBad: (value) => value === 0,
    severity: "error",
    code: "namespaces-off",
    what: "Only root may make user namespaces: kernel.unprivileged_userns_clone is 0.",
    consequence: REFUSED,
    errnos: ["EPERM"],
    set: 1,
  },
  {
    name: "kernel.apparmor_restrict_unprivileged_userns",
    isBad: (value) => value !== 0,
    severity: "warning",
    code: "namespaces-restricted",
    what: "AppArmor takes the capabilities in a new user namespace from programs that have no profile for it.",
    consequence:
      'Such a program is refused later, at its first privileged call: "write to uid_map failed", "mount: permission denied".',
    errnos: ["EPERM", "EACCES"],
    set: 0,
  },
];

/** Settings of the kernel that keep users from making or using namespaces. */
export function limitFindings(host: Host): readonly Finding[] {
  return limitsThatRefuse(host, null);
}

/** Those of them under which something is refused with an errno; null: with any. */
export function limitsThatRefuse({ system }: Host, errno: string | null): readonly Finding[] {
  if (!system) return [];
  if (!system.hasUserNamespaces)
    return [
      {
        code: "namespaces-off",
        severity: "error",
        what: "This kernel was built without user namespaces.",
        evidence: ["/proc/self/ns/user is not there"],
        consequence: "No container that needs one starts.",
        fixes: [],
      },
    ];
  return LIMITS.flatMap(({ name, isBad, set, errnos, ...finding }) => {
    const value = system.limits.get(name);
    if (value === undefined || !isBad(value) || (errno !== null && !errnos.includes(errno))) return [];
    return [
      {
        ...finding,
        evidence: [`/proc/sys/${name.replaceAll(".", "/")}: ${value}`],
        fixes: [{ kind: "command" as const, line: `sysctl -w ${name}=${set}   # and in /etc/sysctl.d to keep it` }],
      },
    ];
  });
}

/** The settings that are looked at. */
export const LIMIT_NAMES: readonly string[] = LIMITS.map(({ name }) => name);
