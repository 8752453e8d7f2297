import { idmapAnswer, mountOf } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { type Judgement, type Missing, untold } from "./judgement.ts";

/** A mount was to be idmapped. */
export function judgeIdmap({ path, errno }: Extract<Clue, { asks: "idmap" }>, { host }: WhyContext): Judgement {
  const asked = `mount_setattr(${path === null ? "a mount" : JSON.stringify(path)}, MOUNT_ATTR_IDMAP)`;
  const kernel = host?.system?.kernel ?? null;
  if (errno === "ENOSYS")
    return {
      asked,
      cause: "the kernel, a seccomp filter or the C library has no mount_setattr (Linux 5.12)",
      rule: null,
      found: kernel === null ? [] : [`Linux ${kernel}`],
      missing: [],
      fixes: [],
    };
  if (errno === "EPERM")
    return untold(
      asked,
      [
        {
          what: "who made the file system, and with which capabilities it was asked",
          command: "cat /proc/self/uid_map; grep CapEff /proc/self/status   # there",
        },
      ],
      {
        found: ["it needs CAP_SYS_ADMIN over the namespace that owns the file system: for a disk's, root of the host"],
      },
    );
  const at = path === null ? "PATH" : path;
  const fsType: Missing = {
    what: "the type of its file system, and the kernel",
    command: `findmnt -no FSTYPE --target ${at}; uname -r   # or userns why … --here`,
  };
  const mount = path === null ? null : mountOf(host?.system?.mounts ?? [], path);
  if (!mount || kernel === null) return untold(asked, [fsType]);
  const can = idmapAnswer(mount.type, kernel);
  const found = [`${at} is on ${mount.at}, ${mount.type}; Linux ${kernel}`];
  if (can.can !== "no")
    return untold(asked, [{ what: "why: this type can be idmapped", command: `strace -e mount_setattr …` }], { found });
  return {
    asked,
    cause: `mounts of ${mount.type} cannot be idmapped: ${can.because}`,
    rule: null,
    found,
    missing: [],
    fixes: [],
  };
}
