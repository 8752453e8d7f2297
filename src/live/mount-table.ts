/** A line of /proc/PID/mountinfo, as far as ids go. */
export interface MountLine {
  readonly id: number;
  /** Where it is mounted, as the process sees it. */
  readonly at: string;
  readonly type: string;
  /** Of the mount itself: `rw`, `nosuid`, `idmapped`. */
  readonly options: readonly string[];
  /** Of its file system, wherever that is mounted: `ro`. */
  readonly superOptions: readonly string[];
}

/**
 * Read /proc/PID/mountinfo.
 *
 * @source  proc_pid_mountinfo(5): blanks and backslashes in names are octal
 * @example readMountTable("22 1 8:1 / / rw,nosuid - ext4 /dev/sda1 rw\n")[0]?.type // "ext4"
 */
export function readMountTable(text: string): readonly MountLine[] {
  return text.split("\n").flatMap((line) => {
    const [left, right] = line.split(" - ");
    const [id, , , , at, options] = left?.split(" ") ?? [];
    const [type, , superOptions = ""] = right?.split(" ") ?? [];
    if (id === undefined || at === undefined || options === undefined || type === undefined) return [];
    return [
      { id: Number(id), at: unescaped(at), type, options: options.split(","), superOptions: superOptions.split(",") },
    ];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
