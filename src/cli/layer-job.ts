import { UsernsError } from "../core/index.ts";
import { formatTriples, parseMap } from "../formats/index.ts";
import {
  type ImageHost,
  type ImageShiftRules,
  type Layer,
  type LayerOutcome,
  layerKey,
  layerShifter,
  readDigest,
} from "../image/index.ts";
import {
  type Kept,
  keptNumber,
  keptNumberOrNull,
  keptObject,
  keptOneOf,
  keptText,
  keptTextOrNull,
} from "../policy/index.ts";
import type { Unmapped } from "../shift/index.ts";
import { BlobFolder } from "./blob-folder.ts";
import { imageHost } from "./image-host.ts";
import { partOf } from "./image-input.ts";

/**
 * A layer to shift, as JSON: it needs nothing but its bytes, so whoever reads the same files can do it.
 */
export interface LayerJob {
  /** Names what it becomes: {@link layerKey}. */
  readonly key: string;
  /** Where the shifted layer goes, under its digest. */
  readonly folder: string;
  readonly layer: {
    readonly where: string;
    readonly path: string;
    readonly offset: number;
    readonly sizeBytes: number;
    readonly blob: string | null;
    readonly diffId: string;
  };
  readonly rules: {
    readonly uids: string;
    readonly gids: string;
    readonly reverse: boolean;
    readonly unmapped: Unmapped;
    readonly names: "keep" | "drop";
    readonly capabilities: "keep" | "namespace";
  };
  readonly maxUnpackedBytes: number | null;
}

/** The rules of a job are all stated. */
export type LayerJobRules = Required<ImageShiftRules>;

export function jobOf(
  layer: Layer,
  rules: LayerJobRules,
  { folder }: BlobFolder,
  maxUnpackedBytes: number | undefined,
  host: ImageHost,
): LayerJob {
  const { where, sizeBytes, blob, diffId, file } = layer;
  return {
    key: layerKey(layer, rules, host),
    folder,
    layer: { where, ...file.place, sizeBytes, blob: blob?.text ?? null, diffId: diffId.text },
    rules: { ...rules, uids: formatTriples(rules.uids), gids: formatTriples(rules.gids) },
    maxUnpackedBytes: maxUnpackedBytes ?? null,
  };
}

/** Shift the layer of a job. @throws UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE */
export async function doLayerJob(job: LayerJob): Promise<LayerOutcome> {
  const { where, path, offset, sizeBytes, blob, diffId } = job.layer;
  const layer: Layer = {
    where,
    sizeBytes,
    blob: blob === null ? null : readDigest(blob, where),
    diffId: readDigest(diffId, where),
    file: partOf(path, offset, sizeBytes),
  };
  const rules = {
    ...job.rules,
    uids: parseMap<"uid">(job.rules.uids, where),
    gids: parseMap<"gid">(job.rules.gids, where),
  };
  const options = job.maxUnpackedBytes === null ? {} : { maxUnpackedBytes: job.maxUnpackedBytes };
  const blobs = await BlobFolder.open(job.folder, job.folder);
  return layerShifter(rules, options, blobs, imageHost()).shift(layer);
}

/** A job as it was kept in a queue. @throws UsernsError ERR_STORE_CORRUPT */
export function readLayerJob(kept: Kept, at: string): LayerJob {
  const layer = keptObject(kept.layer, at);
  const rules = keptObject(kept.rules, at);
  if (typeof rules.reverse !== "boolean")
    throw new UsernsError("ERR_STORE_CORRUPT", { where: `${at}, reverse`, expected: "true or false", got: "another" });
  return {
    key: keptText(kept, "key", at),
    folder: keptText(kept, "folder", at),
    layer: {
      where: keptText(layer, "where", at),
      path: keptText(layer, "path", at),
      offset: keptNumber(layer, "offset", at),
      sizeBytes: keptNumber(layer, "sizeBytes", at),
      blob: keptTextOrNull(layer, "blob", at),
      diffId: keptText(layer, "diffId", at),
    },
    rules: {
      uids: keptText(rules, "uids", at),
      gids: keptText(rules, "gids", at),
      reverse: rules.reverse,
      unmapped: readKeptUnmapped(keptObject(rules.unmapped, at), at),
      names: keptOneOf(rules, "names", ["keep", "drop"], at),
      capabilities: keptOneOf(rules, "capabilities", ["keep", "namespace"], at),
    },
    maxUnpackedBytes: keptNumberOrNull(kept, "maxUnpackedBytes", at),
  };
}

function readKeptUnmapped(kept: Kept, at: string): Unmapped {
  const mode = keptOneOf(kept, "mode", ["refuse", "squash", "keep"], at);
  return mode === "squash" ? { mode, uid: keptNumber(kept, "uid", at), gid: keptNumber(kept, "gid", at) } : { mode };
}
