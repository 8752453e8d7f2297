/** The capabilities of Linux 6.18, by number. @source capabilities(7) */
export const CAPABILITIES = [
  "chown",
  "dac_override",
  "dac_read_search",
  "fowner",
  "fsetid",
  "kill",
  "setgid",
  "setuid",
  "setpcap",
  "linux_immutable",
  "net_bind_service",
  "net_broadcast",
  "net_admin",
  "net_raw",
  "ipc_lock",
  "ipc_owner",
  "sys_module",
  "sys_rawio",
  "sys_chroot",
  "sys_ptrace",
  "sys_pacct",
  "sys_admin",
  "sys_boot",
  "sys_nice",
  "sys_resource",
  "sys_time",
  "sys_tty_config",
  "mknod",
  "lease",
  "audit_write",
  "audit_control",
  "setfcap",
  "mac_override",
  "mac_admin",
  "syslog",
  "wake_alarm",
  "block_suspend",
  "audit_read",
  "perfmon",
  "bpf",
  "checkpoint_restore",
] as const;

/** A capability, without the CAP_ and in small letters. */
export type Capability = (typeof CAPABILITIES)[number];

/** A set of capabilities: bit n is capability number n. A value; never changed. */
export type CapSet = bigint;

const BIT: ReadonlyMap<string, bigint> = new Map(CAPABILITIES.map((name, number) => [name, 1n << BigInt(number)]));

export function isCapability(name: string): name is Capability {
  return BIT.has(name);
}

/** @example capName("setuid") // "CAP_SETUID" */
export function capName(name: Capability): string {
  return `CAP_${name.toUpperCase()}`;
}

/** @example capSet(["kill", "chown"]) // 33n */
export function capSet(names: Iterable<Capability>): CapSet {
  let set = NO_CAPS;
  for (const name of names) set |= BIT.get(name) ?? 0n;
  return set;
}

export const NO_CAPS: CapSet = 0n;
export const ALL_CAPS: CapSet = (1n << BigInt(CAPABILITIES.length)) - 1n;

/** The capabilities that follow the filesystem user id. @source capabilities(7), "Effect of user ID changes" */
export const FS_CAPS: CapSet = capSet([
  "chown",
  "dac_override",
  "dac_read_search",
  "fowner",
  "fsetid",
  "linux_immutable",
  "mknod",
  "mac_override",
]);

export function hasCap(set: CapSet, name: Capability): boolean {
  return (set & capSet([name])) !== NO_CAPS;
}

export function capsWithout(set: CapSet, taken: CapSet): CapSet {
  return set & ~taken;
}

export function isSubsetOf(set: CapSet, of: CapSet): boolean {
  return capsWithout(set, of) === NO_CAPS;
}

/** The names of a set, in the order of their numbers. */
export function namesOf(set: CapSet): Capability[] {
  return CAPABILITIES.filter((name) => hasCap(set, name));
}
