/** Numbers of the Linux interface that the live tests speak, each named as its header names it. */
import { constants } from "node:fs";

/** unshare(2), setns(2) */
export const CLONE = {
  user: 0x10000000,
  mnt: 0x00020000,
  uts: 0x04000000,
  ipc: 0x08000000,
  net: 0x40000000,
  cgroup: 0x02000000,
  pid: 0x20000000,
  time: 0x00000080,
} as const;

/** prctl(2) */
export const PR = {
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_SECUREBITS: 28,
  SET_NO_NEW_PRIVS: 38,
  CAP_AMBIENT: 47,
  CAP_AMBIENT_RAISE: 2,
} as const;

/** open(2), as this machine numbers them */
export const O = {
  r: constants.O_RDONLY,
  w: constants.O_WRONLY,
  rw: constants.O_RDWR,
  creat: constants.O_CREAT,
  excl: constants.O_EXCL,
  trunc: constants.O_TRUNC,
  append: constants.O_APPEND,
  nonblock: constants.O_NONBLOCK,
  noatime: constants.O_NOATIME,
  directory: constants.O_DIRECTORY,
  nofollow: constants.O_NOFOLLOW,
  tmpfile: 0o20000000 | constants.O_DIRECTORY,
} as const;

export const AT = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, EACCESS: 0x200, EMPTY_PATH: 0x1000 } as const;

/** mount_setattr(2), open_tree(2), move_mount(2), fsconfig(2) */
export const MOUNT_ATTR = { ro: 1, nosuid: 2, nodev: 4, noexec: 8, idmap: 0x100000 } as const;
export const OPEN_TREE_CLONE = 1;
export const MOVE_MOUNT_F_EMPTY_PATH = 4;
export const FSCONFIG = { SET_STRING: 1, CMD_CREATE: 6 } as const;
export const AT_RECURSIVE = 0x8000;

/** stat(2): the type bits of a mode */
export const S_IF = {
  sock: 0o140000,
  file: 0o100000,
  symlink: 0o120000,
  blk: 0o060000,
  dir: 0o040000,
  chr: 0o020000,
  fifo: 0o010000,
} as const;

export const AF_UNIX = 1;
export const SOCK = { stream: 1, dgram: 2, seqpacket: 5 } as const;
export const SOL_SOCKET = 1;
export const SO = { PASSCRED: 16, PEERCRED: 17, PEERGROUPS: 59 } as const;
export const F_DUPFD = 0;
export const NS_GET_PARENT = 0xb702;
export const NS_GET_OWNER_UID = 0xb704;

/** A row of 32-bit numbers. */
export function u32s(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

/** A row of 64-bit numbers. */
export function u64s(...numbers: readonly (number | bigint)[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(numbers, BigInt).buffer);
}
