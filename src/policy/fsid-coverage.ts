import { contains, type Extent, lowerOf } from "../core/index.ts";
import { type FsidPlan, insidePlan } from "./fsid-plan.ts";
import type { ImageFacts } from "./image-offset.ts";
import type { MappedKind } from "./new-id-map-request.ts";

/**
 * The owners that an image uses and an fs map does not hold, each once: ids of the image where its manifest names them,
 * and ids on disk where they were found there. Ids of an image are ids inside, but for a plan that nests.
 */
export function unmappedOwners(
  image: ImageFacts,
  kind: MappedKind,
  map: readonly Extent[],
  plan: FsidPlan,
): readonly number[] {
  const named = image.manifest?.ok ? image.manifest.manifest.owners[kind] : [];
  const missing = [
    ...named.filter((id) => !map.some((extent) => contains(extent, insidePlan(plan, id)))),
    ...image.owners[kind].filter((id) => !map.some((extent) => contains(lowerOf(extent), id))),
  ];
  return [...new Set(missing)];
}
