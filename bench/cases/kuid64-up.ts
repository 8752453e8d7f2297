import { flattenRoute, type IdMap, mapDown, type Route } from "../../src/core/index.ts";
import { AGAIN, type Bench, measureRow, NAIVE, WASM } from "../bench.ts";
import { side } from "../harness.ts";
import { KUID64_RIVALS, kuid64BigInt } from "../rivals/ts/kuid64.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeNumbers, OWN_NUMBER } from "../workloads.ts";

/** The id shown for what an isolated namespace cannot see. */
const OVERFLOW = 65_534;

export function routeUp(map: IdMap): Route {
  const shown = { overflow: OVERFLOW, creators: new Map() };
  return [{ direction: "up", map, name: "uid_map", number: OWN_NUMBER, shown }];
}

/** What is asked for: id and number in turn in one column, or in two; all ids classical, or half of them isolated. */
export interface UpCase {
  readonly id: string;
  readonly map: IdMap;
  readonly size: number;
  readonly isSplit: boolean;
  readonly isMixed: boolean;
}

/** Kernel ids up into an isolated namespace. */
export async function up(bench: Bench, { id, map, size, isSplit, isMixed }: UpCase): Promise<Measured> {
  const { wasm, twin, seed } = bench;
  const flat = flattenRoute(routeUp(map));
  const [translator, inTypeScript] = [wasm.load(flat), twin.load(flat)];
  const [ids, numbers, toIds] = [wasm.alloc(size), wasm.alloc(size), wasm.alloc(size)];
  const [packed, toPacked] = [wasm.alloc(2 * size), wasm.alloc(2 * size)];
  ids.view().set(makeIds("uniform", map, size, seed).map((inside) => mapDown(map, inside)));
  numbers.view().set(makeNumbers(size, isMixed, seed));
  wasm.pack(ids, numbers, packed);
  const target = isSplit ? toIds : toPacked;
  const output = (): Uint32Array => target.view();
  const ours = (): void => {
    if (isSplit) translator.split(ids, numbers, toIds);
    else translator.packed(packed, toPacked);
  };
  const twins = (): void => {
    if (isSplit) inTypeScript.split(ids.view(), numbers.view(), toIds.view());
    else inTypeScript.packed(packed.view(), toPacked.view());
  };
  const rivals = KUID64_RIVALS.filter((rival) => rival.load(flat)).map((rival) =>
    side(
      rival === kuid64BigInt ? NAIVE : `ts ${rival.name}`,
      () => {
        if (isSplit) rival.translateSplit(ids.view(), numbers.view(), toIds.view());
        else rival.translate(packed.view(), toPacked.view());
      },
      output,
      rival === kuid64BigInt,
    ),
  );
  const translating = [
    side(WASM, ours, output, true),
    side(AGAIN, ours, output, true),
    side("ts engine twin", twins, output),
    ...rivals,
  ];
  const copying = [
    side(
      "copy set",
      () => toPacked.view().set(packed.view()),
      () => toPacked.view(),
      true,
    ),
  ];
  const head = { id, n: map.extents.length, ids: "uniform", size } as const;
  const measured = await measureRow(bench, head, translating, copying);
  for (const used of [translator, inTypeScript, ids, numbers, toIds, packed, toPacked]) used.free();
  return measured;
}
