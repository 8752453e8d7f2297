import { contains, lowerOf, showExtent } from "../core/index.ts";
import { FSID_CHECKS } from "./fsid-checks.ts";
import type { ImageFacts } from "./image-offset.ts";
import type { NewFsidMapAnswer } from "./new-fsid-map-run.ts";

/** What somebody may do about a refusal. */
type Advice = (answer: NewFsidMapAnswer, image: ImageFacts | null) => readonly string[];

const ORDER = "make a new namespace; write fsuid_map and fsgid_map in it first, then uid_map and gid_map";

/** By rule. A rule that is not here says by itself what to do. */
const ADVICE: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  [FSID_CHECKS.newFsidMapKernel.name, mountInstead],
  [FSID_CHECKS.newFsidMapIdFirst.name, () => [ORDER]],
  [FSID_CHECKS.newFsidMapOnce.name, () => [ORDER]],
  [
    FSID_CHECKS.newFsidMapOffset.name,
    (_, image) => [`say where it rests: --shift BASE:COUNT, or a manifest ${image?.path ?? "IMAGE"}.idmanifest`],
  ],
  [FSID_CHECKS.newFsidMapManifest.name, ({ manifestFault }) => (manifestFault?.fix ? [manifestFault.fix] : [])],
  [
    FSID_CHECKS.newFsidMapRange.name,
    (answer, image) => {
      const { refused } = answer;
      const grant = refused && `${refused.lowerFirst}:${refused.count}:${image?.path ?? "IMAGE"}`;
      // A line with the host's id 0 is refused by the next check, whoever grants it.
      const isOfHost = refused !== null && contains(lowerOf(refused), 0);
      const line = isOfHost ? [] : [`have USER:${grant} added to subfsuid (subfsgid), if the image rests there`];
      return [...mountInstead(answer), ...line];
    },
  ],
  [FSID_CHECKS.newFsidMapHostRoot.name, mountInstead],
  [FSID_CHECKS.newFsidMapDomain.name, () => ["make the fs map as wide as the id map, or the id map narrower"]],
]);

function mountInstead({ mount }: NewFsidMapAnswer): readonly string[] {
  if (!mount || mount.length === 0) return [];
  return [`have an administrator mount the image with the id map ${mount.map(showExtent).join(",")}`];
}

/**
 * What to do about an answer, one thing a line; nothing where it was allowed, or where the rule says it all.
 *
 * @param image  the image that was asked about
 */
export function fsidAdvice(answer: NewFsidMapAnswer, image: ImageFacts | null): readonly string[] {
  if (answer.exit === 0) return [];
  return ADVICE.get(answer.rule.name)?.(answer, image) ?? [];
}
