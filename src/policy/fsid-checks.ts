import { type Rule, ruleTable } from "../kernel/index.ts";

const PAGE = "a proposal: tests/vectors/proposals/tables.json (H)";

/**
 * What newfsuidmap and newfsgidmap check, in order: the first that says no decides. The tools were asked for on the list
 * in 2020 and never written, so the order and the words are a proposal; those that newuidmap has too are its own.
 *
 * @source seed 003 (James Bottomley, linux-fsdevel, 17 Feb 2020); newuidmap(1)
 */
export const FSID_CHECKS = ruleTable({
  newFsidMapUse: {
    sentence:
      "The tool takes a process, by its id or an open directory of /proc, an image or a shift, or lines of a map.",
    source: PAGE,
  },
  newFsidMapTriples: { sentence: "A line of a map is three numbers.", source: `newuidmap(1); ${PAGE}` },
  newFsidMapNumbers: {
    sentence: "Each number is at most 4294967295, and so are the sums of each side; a line has at least one id.",
    source: `newuidmap(1); ${PAGE}`,
  },
  newFsidMapCaller: { sentence: "The caller's user id must have a line in passwd.", source: `newuidmap(1); ${PAGE}` },
  newFsidMapTarget: { sentence: "The target must be a process whose /proc directory can be read.", source: PAGE },
  newFsidMapOwner: {
    sentence:
      "The target's effective user and group id must be the caller's real ones, and those must be what passwd says.",
    source: `newuidmap(1); ${PAGE}`,
  },
  newFsidMapKernel: {
    sentence: "The kernel must have fsuid_map and fsgid_map. No Linux has: an idmapped mount does it instead.",
    source: `mount_setattr(2); ${PAGE}`,
  },
  newFsidMapIdFirst: {
    sentence: "The fs map is written before the id map, which would fill it by itself.",
    source: "fsid mappings, version 3 (A.4, step 6)",
  },
  newFsidMapOnce: { sentence: "An fs map is written once.", source: "fsid mappings (A.4, step 3)" },
  newFsidMapOffset: {
    sentence:
      "Where an image rests is told by its manifest, or by the owner of its root: the static shift or a multiple of 65536. Nothing is guessed.",
    source: PAGE,
  },
  newFsidMapManifest: {
    sentence: "A manifest's lines must be whole, share no id and have the digest that it gives.",
    source: PAGE,
  },
  newFsidMapRange: {
    sentence:
      "Every line must lie in ranges that subuid (subgid) grants the caller, be the caller's own id alone, or lie in image ranges that subfsuid (subfsgid) grants.",
    source: `Stéphane Graber and James Bottomley, linux-fsdevel, Feb 2020; ${PAGE}`,
  },
  newFsidMapHostRoot: {
    sentence: "The host's id 0 is in no map, unless a line for it alone grants it to this very caller.",
    source: `Serge Hallyn, linux-fsdevel, Feb 2020; ${PAGE}`,
  },
  newFsidMapCustody: {
    sentence:
      "An image range counts where its image is: the root is owned by the range's first id, and the directory around it by the caller.",
    source: `systemd-mountfsd.service(8), MountDirectory; ${PAGE}`,
  },
  newFsidMapDomain: {
    sentence: "Every id of the id map has an fs id; setuid() to one that has none fails.",
    source: `fsid mappings, version 3 (A.5); ${PAGE}`,
  },
  newFsidMapCoverage: {
    sentence: "Every owner that the image uses is mapped; a warning, and an error where it is asked for.",
    source: PAGE,
  },
  newFsidMapWrite: { sentence: "The kernel must take the map.", source: "user_namespaces(7); fsid mappings (A.4)" },
});

/** The checks in their order. */
export const FSID_CHECK_ORDER: readonly Rule[] = Object.values(FSID_CHECKS);

/**
 * Which of the checks a rule is, from 1; null for a rule that is none of them.
 *
 * @example checkNumber(FSID_CHECKS.newFsidMapUse) // 1
 */
export function checkNumber(rule: Rule): number | null {
  const index = FSID_CHECK_ORDER.indexOf(rule);
  return index < 0 ? null : index + 1;
}
