/** Searches random worlds for one in which a mutant answers otherwise. Bundled with the mutated model. */
import { parentPort } from "node:worker_threads";
import fc from "fast-check";
import { initSync } from "../../src/core/index.ts";
import { importVector, replay } from "../../src/scenario/index.ts";
import type { RandomWorld } from "../live/random.ts";
import { RANDOM_WORLDS } from "../live/random-worlds.ts";
import type { Found, Hunt } from "./messages.ts";

const port = parentPort;
if (!port) throw new Error("this runs as a worker");
const engine = initSync();

function setSwitch(isBroken: (id: number) => boolean): void {
  Object.assign(globalThis, { isBroken });
}

/** All answers, as text; null where the world makes no sense. */
function answers({ setup, op }: RandomWorld): string | null {
  const vector = { id: "hunt", family: "hunt", tag: "hunt", setup, op, observed: op.map(() => ({})) };
  try {
    return JSON.stringify(replay(importVector(vector, "$").scenario(), engine).map(({ result }) => result));
  } catch {
    return null;
  }
}

/** Worlds of a kind in which a mutant is looked for. */
const MAX_TRIES = 150;

function isOtherwise(world: RandomWorld, mutant: number, expected: string): boolean {
  setSwitch((id) => id === mutant);
  const came = answers(world);
  return came !== null && came !== expected;
}

function isSeen(world: RandomWorld, mutant: number): boolean {
  setSwitch(() => false);
  const expected = answers(world);
  return expected !== null && isOtherwise(world, mutant, expected);
}

/** Less of everything, as long as the mutant is seen. */
function shrink(world: RandomWorld, mutant: number): RandomWorld {
  let least = world;
  for (let size = Math.ceil(world.op.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = least.op.length - size; at > -size; at -= size) {
      const from = Math.max(at, 0);
      const less = { ...least, op: least.op.filter((_, index) => index < from || index >= from + size) };
      if (less.op.length > 0 && isSeen(less, mutant)) least = less;
    }
  for (const part of ["procs", "files", "mounts", "socks", "fs", "ns"])
    for (let at = 100; at >= 0; at--) {
      const list = least.setup[part];
      if (!Array.isArray(list) || at >= list.length) continue;
      const less = { ...least, setup: { ...least.setup, [part]: list.toSpliced(at, 1) } };
      if (isSeen(less, mutant)) least = less;
    }
  const setup = Object.fromEntries(
    Object.entries(least.setup).filter(([, list]) => !Array.isArray(list) || list.length > 0),
  );
  return { ...least, setup };
}

function hunt({ mutants, seed, runs }: Hunt): void {
  const alive = new Set(mutants);
  for (const [name, worlds] of Object.entries(RANDOM_WORLDS)) {
    const tries = new Map<number, number>();
    for (const world of fc.sample(worlds, { seed, numRuns: runs })) {
      const reached = new Set<number>();
      setSwitch((id) => {
        reached.add(id);
        return false;
      });
      const expected = answers(world);
      if (expected === null) continue;
      for (const mutant of [...alive].filter((id) => reached.has(id))) {
        const tried = tries.get(mutant) ?? 0;
        if (!alive.has(mutant) || tried >= MAX_TRIES) continue;
        tries.set(mutant, tried + 1);
        if (!isOtherwise(world, mutant, expected)) continue;
        const least = shrink(world, mutant);
        const seen = [...alive].filter((id) => id === mutant || isSeen(least, id));
        for (const id of seen) alive.delete(id);
        port?.postMessage({ kind: "found", name, world: least, mutants: seen } satisfies Found);
      }
    }
  }
  port?.postMessage({ kind: "end" });
}

port.on("message", hunt);
