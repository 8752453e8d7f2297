/**
 * The errors that the modelled calls answer, with their Linux numbers (x86 and arm64 alike) and what they say here.
 *
 * @source errno(3); the numbers are those of include/uapi/asm-generic/errno-base.h and errno.h
 */
export const ERRNO = {
  EPERM: { number: 1, sentence: "operation not permitted" },
  ENOENT: { number: 2, sentence: "no such file or directory" },
  ESRCH: { number: 3, sentence: "no such process" },
  EIO: { number: 5, sentence: "nothing can be read or written there" },
  ENXIO: { number: 6, sentence: "no such device or address" },
  E2BIG: { number: 7, sentence: "too many bytes" },
  ENOEXEC: { number: 8, sentence: "not a program" },
  EBADF: { number: 9, sentence: "not an open descriptor" },
  ECHILD: { number: 10, sentence: "no such child" },
  EAGAIN: { number: 11, sentence: "nothing to receive" },
  ENOMEM: { number: 12, sentence: "no room for another" },
  EACCES: { number: 13, sentence: "permission denied" },
  EFAULT: { number: 14, sentence: "a pointer that leads nowhere" },
  EBUSY: { number: 16, sentence: "in use" },
  EEXIST: { number: 17, sentence: "it exists already" },
  EXDEV: { number: 18, sentence: "not on the same mount" },
  ENODEV: { number: 19, sentence: "no such type of device" },
  ENOTDIR: { number: 20, sentence: "not a directory" },
  EISDIR: { number: 21, sentence: "is a directory" },
  EINVAL: { number: 22, sentence: "invalid argument" },
  ENOTTY: { number: 25, sentence: "no such ioctl" },
  ETXTBSY: { number: 26, sentence: "the program is running" },
  ENOSPC: { number: 28, sentence: "a limit is reached" },
  ESPIPE: { number: 29, sentence: "the file has no position" },
  EROFS: { number: 30, sentence: "read-only file system" },
  ERANGE: { number: 34, sentence: "out of range" },
  EDEADLK: { number: 35, sentence: "it would wait for itself" },
  ENAMETOOLONG: { number: 36, sentence: "the name is too long" },
  ENOSYS: { number: 38, sentence: "no such system call" },
  ENOTEMPTY: { number: 39, sentence: "directory not empty" },
  ELOOP: { number: 40, sentence: "too many symbolic links" },
  ENODATA: { number: 61, sentence: "no such attribute" },
  EOVERFLOW: { number: 75, sentence: "the value has no representation here" },
  ENOTSUP: { number: 95, sentence: "not supported" },
  EADDRINUSE: { number: 98, sentence: "somebody listens there" },
  ENETUNREACH: { number: 101, sentence: "network is unreachable" },
  ENOTCONN: { number: 107, sentence: "not connected" },
  ECONNREFUSED: { number: 111, sentence: "nobody listens" },
  EDQUOT: { number: 122, sentence: "the user has no more" },
  ENOKEY: { number: 126, sentence: "no such key" },
} as const;

export type Errno = keyof typeof ERRNO;
