/** Two images are compared by the command, and its answer read. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ImageDiffAnswer } from "../../src/cli/answers.ts";
import type { RightsChange } from "../../src/image/index.ts";
import { userns } from "../cli/command.ts";
import { archive } from "../shift/archive.ts";
import { gzipped, layoutOf, writeFolder } from "./build-image.ts";

export type Layers = readonly (readonly Uint8Array[])[];

/** `read,write by permissions`: what one task gains or loses of a path. */
function shown({ gains, loses, why, directory }: RightsChange): string {
  const parts = [...gains.map((right) => `+${right}`), ...loses.map((right) => `-${right}`)];
  return `${parts.join(" ")} ${directory === null ? why : `by /${directory}`}`;
}

/** The changes of a comparison: by task and path. @param talk  what stands on stderr */
export async function changesOf(
  folder: string,
  a: Layers,
  b: Layers,
  args: readonly string[] = [],
  talk: RegExp = /^$/,
) {
  const write = (name: string, layers: Layers) =>
    writeFolder(layoutOf(...layers.map((entries) => gzipped(archive(...entries)))), join(folder, name));
  const { exit, stdout, stderr } = await userns(["image", "diff", write("a", a), write("b", b), "--json", ...args]);
  assert.match(stderr, talk);
  const answer: Omit<ImageDiffAnswer, "paths"> & { paths: { path: string; changes: RightsChange[] }[] } =
    JSON.parse(stdout);
  const changes = answer.paths.flatMap(({ path, changes: some }) =>
    some.flatMap((change) => change.tasks.map((task) => `${task}: ${path || "/"} ${shown(change)}`)),
  );
  assert.equal(answer.count, answer.paths.length);
  return { exit, answer, changes };
}
