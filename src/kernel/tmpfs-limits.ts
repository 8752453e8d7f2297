import { UsernsError } from "../core/errors.ts";
import { readUnsigned } from "./number-text.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  limitIsSize: {
    sentence:
      "The size of a tmpfs and how many inodes it has are numbers in whatever base, with K, M, G, T, P or E after them.",
    source: "tmpfs(5), size; asked of a running Linux 6.18: EINVAL",
  },
});

/** The options that limit a tmpfs, which is never full here, and how many bytes of a page their unit is. */
const LIMITS = [
  { name: "size", unit: 4096, shown: (pages: number) => `size=${pages * 4}k` },
  { name: "nr_inodes", unit: 1, shown: (inodes: number) => `nr_inodes=${inodes}` },
] as const;

export const LIMIT_OPTIONS: readonly string[] = LIMITS.map(({ name }) => name);

/**
 * What mountinfo tells of the limits that a tmpfs was given.
 *
 * @returns EINVAL for what is no size
 * @throws  UsernsError ERR_SCENARIO for a share of the machine's memory
 * @source  asked of a running Linux 6.18
 */
export function limitsShown(options: ReadonlyMap<string, string>): Verdict<readonly string[]> {
  const shown: string[] = [];
  for (const limit of LIMITS) {
    const text = options.get(limit.name);
    if (text === undefined) continue;
    if (text.endsWith("%"))
      throw new UsernsError("ERR_SCENARIO", {
        where: limit.name,
        expected: "a size: how much memory the machine has is not modelled",
        got: text,
      });
    const size = readSize(text);
    if (size === null) return deny("EINVAL", RULES.limitIsSize, `${limit.name}=${text}`);
    shown.push(limit.shown(Math.ceil(size / limit.unit)));
  }
  return allow(shown);
}

/** Powers of 1024. */
const SUFFIXES = ["", "k", "m", "g", "t", "p", "e"];

function readSize(text: string): number | null {
  const [, digits = "", suffix = ""] = /^([0-9][0-9a-fx]*?)([kmgtpe]?)$/i.exec(text) ?? [];
  const number = readUnsigned(digits);
  return number === null ? null : number * 1024 ** SUFFIXES.indexOf(suffix.toLowerCase());
}
