import type { FlatRoute } from "../../src/core/index.ts";
import { AGAIN, type Bench, longRuns, measureRow, NAIVE, WASM } from "../bench.ts";
import { type Side, side } from "../harness.ts";
import { KUID64_RIVALS, kuid64BigInt, kuid64BigIntFlat } from "../rivals/ts/kuid64.ts";
import type { Measured } from "../row.ts";

/** Kernel ids and the route that they take: id and number in turn in one column, or in two. */
export interface KuidCase {
  readonly id: string;
  /** Extents of each map. */
  readonly n: number;
  readonly flat: FlatRoute;
  readonly ids: Uint32Array;
  readonly numbers: Uint32Array;
  readonly isSplit: boolean;
}

/** Kernel ids through a route that ends inside a namespace, against every other way to translate them. */
export async function through(bench: Bench, { id, n, flat, ids, numbers, isSplit }: KuidCase): Promise<Measured> {
  const { wasm, twin } = bench;
  const size = ids.length;
  const [translator, inTypeScript] = [wasm.load(flat), twin.load(flat)];
  const [fromIds, fromNumbers, toIds] = [wasm.alloc(size), wasm.alloc(size), wasm.alloc(size)];
  const [packed, toPacked] = [wasm.alloc(2 * size), wasm.alloc(2 * size)];
  fromIds.view().set(ids);
  fromNumbers.view().set(numbers);
  wasm.pack(fromIds, fromNumbers, packed);
  const target = isSplit ? toIds : toPacked;
  const output = (): Uint32Array => target.view();
  const ours = (): void => {
    if (isSplit) translator.split(fromIds, fromNumbers, toIds);
    else translator.packed(packed, toPacked);
  };
  const twins = (): void => {
    if (isSplit) inTypeScript.split(fromIds.view(), fromNumbers.view(), toIds.view());
    else inTypeScript.packed(packed.view(), toPacked.view());
  };
  const rivals = KUID64_RIVALS.filter((rival) => rival.load(flat)).map((rival): Side => {
    const run = (): void => {
      if (isSplit) rival.translateSplit(fromIds.view(), fromNumbers.view(), toIds.view());
      else rival.translate(packed.view(), toPacked.view());
    };
    const isBigInt = rival === kuid64BigInt || rival === kuid64BigIntFlat;
    return side(rival === kuid64BigInt ? NAIVE : `ts ${rival.name}`, run, output, isBigInt);
  });
  const translating = [
    side(WASM, ours, output, true),
    side(AGAIN, ours, output, true),
    side("ts engine twin", twins, output),
    ...rivals,
  ];
  const copied = (): Uint32Array => toPacked.view();
  const copying = [side("copy set", () => toPacked.view().set(packed.view()), copied, true)];
  const head = { id, n, ids: "uniform", size } as const;
  const measured = await measureRow(bench, head, translating, copying, longRuns(bench));
  for (const used of [translator, inTypeScript, fromIds, fromNumbers, toIds, packed, toPacked]) used.free();
  return measured;
}
