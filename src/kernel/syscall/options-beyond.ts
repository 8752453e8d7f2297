import { optionsIn } from "../mount-options.ts";
import { scenarioError } from "./argument.ts";

/**
 * Options that Linux 6.18 takes and the model does not, by the type of file system; `ro` everywhere.
 *
 * @source tmpfs(5); Documentation/filesystems/{proc,tmpfs,overlayfs}.rst; Documentation/admin-guide/cgroup-v2.rst
 */
const BEYOND: { readonly [type: string]: readonly string[] } = {
  tmpfs: ["huge", "mpol", "noswap", "inode32", "inode64"],
  proc: ["gid", "hidepid", "subset", "pidns"],
  cgroup2: [
    "nsdelegate",
    "favordynmods",
    "memory_localevents",
    "memory_recursiveprot",
    "memory_hugetlb_accounting",
    "pids_localevents",
  ],
  overlay: [
    "lowerdir+",
    "datadir+",
    "redirect_dir",
    "index",
    "metacopy",
    "xino",
    "uuid",
    "verity",
    "nfs_export",
    "volatile",
    "default_permissions",
    "override_creds",
  ],
};

/**
 * Refuse options of `mount` that Linux takes and the model does not: EINVAL would be a false answer.
 *
 * @param where  the JSON path of the options
 * @throws UsernsError ERR_SCENARIO with the option
 */
export function refuseOptionsBeyond(type: string, data: string, where: string): void {
  const [beyond] = optionsIn(data).find(([key]) => key === "ro" || BEYOND[type]?.includes(key)) ?? [];
  if (beyond === undefined) return;
  const fix = beyond === "ro" ? "give the flag MS_RDONLY (1) instead" : "leave it out";
  throw scenarioError(where, `options of ${type} that are modelled, which ${beyond} is not`, data, fix);
}
