import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  knownOption: { sentence: "A file system refuses an option that it does not know.", source: "mount(2): EINVAL" },
});

/** `key=value,flag` as pairs; a flag's value is empty, and a value without a key is none. */
export function optionsIn(data: string): [string, string][] {
  return data
    .split(",")
    .filter((option) => option !== "" && !option.startsWith("="))
    .map((option) => {
      const cut = option.indexOf("=");
      return cut < 0 ? [option, ""] : [option.slice(0, cut), option.slice(cut + 1)];
    });
}

/**
 * Options that every file system takes, of which nothing here depends; `ro` is refused (syscall/options-beyond.ts).
 *
 * @source mount(8), Filesystem-independent mount options
 */
const SHARED_OPTIONS: readonly string[] = [
  "rw",
  "sync",
  "async",
  "dirsync",
  "lazytime",
  "nolazytime",
  "mand",
  "nomand",
];

/** The options of a file system, if it knows them all. */
export function knownOptions(data: string, known: readonly string[]): Verdict<ReadonlyMap<string, string>> {
  const options = optionsIn(data).filter(([key]) => !SHARED_OPTIONS.includes(key));
  const unknown = options.find(([key]) => !known.includes(key));
  return unknown ? deny("EINVAL", RULES.knownOption, unknown[0]) : allow(new Map(options));
}
