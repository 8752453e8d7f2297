/**
 * Is a line of a file under /etc one of NIS: `+`, `+ben`, `-ben`, `+@staff`? The `compat` source of nsswitch.conf reads
 * them in passwd and group; its `files` source, and shadow in all its files, pass over them.
 *
 * @source  nsswitch.conf(5); vectors/uidmap-4.13/asked.json, vectors/uidmap-4.13/accounts.json
 * @example isNisLine("+ben:100000:65536") // true
 */
export function isNisLine(line: string): boolean {
  return line.startsWith("+") || line.startsWith("-");
}

/** Why such a line gives nothing. */
export const NIS_FAULT = "a line of NIS, by its first character + or -";
