import { AGAIN, type Bench, measureRow, NAIVE, WASM } from "../bench.ts";
import { type Side, side } from "../harness.ts";
import { KUID64_RIVALS, kuid64BigInt } from "../rivals/ts/kuid64.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeMap, makeNumbers } from "../workloads.ts";

/** Ids and numbers put together, or taken apart, all in the engine's memory. */
export async function packing(bench: Bench, id: string, size: number, what: "pack" | "unpack"): Promise<Measured> {
  const { wasm, twin, seed } = bench;
  const [ids, numbers, packed, target] = [
    wasm.alloc(size),
    wasm.alloc(size),
    wasm.alloc(2 * size),
    wasm.alloc(2 * size),
  ];
  ids.view().set(makeIds("uniform", makeMap("sub", 5, seed), size, seed));
  numbers.view().set(makeNumbers(size, true, seed));
  wasm.pack(ids, numbers, packed);
  const written = (): Uint32Array => target.view();
  const [idsOut, numbersOut] = [wasm.alloc(size), wasm.alloc(size)];
  const apart = (): Uint32Array[] => [idsOut.view(), numbersOut.view()];
  const output = what === "pack" ? written : apart;
  const engineSide = (name: string): Side =>
    side(
      name,
      () => (what === "pack" ? wasm.pack(ids, numbers, target) : wasm.unpack(packed, idsOut, numbersOut)),
      output,
      true,
    );
  const twinSide = side(
    "ts engine twin",
    () =>
      what === "pack"
        ? twin.pack(ids.view(), numbers.view(), target.view())
        : twin.unpack(packed.view(), idsOut.view(), numbersOut.view()),
    output,
  );
  const rivals = KUID64_RIVALS.map((rival) =>
    side(
      rival === kuid64BigInt ? NAIVE : `ts ${rival.name}`,
      () =>
        what === "pack"
          ? rival.pack(ids.view(), numbers.view(), target.view())
          : rival.unpack(packed.view(), idsOut.view(), numbersOut.view()),
      output,
      rival === kuid64BigInt,
    ),
  );
  const copying = [side("copy set", () => target.view().set(packed.view()), written, true)];
  const head = { id, n: 0, ids: "uniform", size } as const;
  const measured = await measureRow(bench, head, [engineSide(WASM), engineSide(AGAIN), twinSide, ...rivals], copying);
  for (const column of [ids, numbers, packed, target, idsOut, numbersOut]) column.free();
  return measured;
}
