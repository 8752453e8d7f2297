/** Replays vectors with one mutant switched on. Bundled with the mutated model, and run as a worker. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { initSync } from "../../src/core/index.ts";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector, type Vector } from "../../src/scenario/index.ts";
import type { Asked, Told } from "./messages.ts";

const files: readonly string[] = workerData;
const port = parentPort;
if (!port) throw new Error("this runs as a worker");

/** What {@link SWITCH} is, from now on. */
function setSwitch(isBroken: (id: number) => boolean): void {
  Object.assign(globalThis, { isBroken });
}

const engine = initSync();
const vectors = files.flatMap((file) => {
  const list: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!Array.isArray(list)) throw new Error(`${file} holds no list`);
  return list.map((vector: unknown, index) => importVector(vector, `${file}[${index}]`, DELEGATION_TOOLS));
});

/** Does a vector go red? A model that breaks down over it counts as red. */
function isRed(vector: Vector): boolean {
  try {
    return runVector(vector, engine).kind !== "passed";
  } catch {
    return true;
  }
}

function answer(asked: Asked): Told {
  if (asked.kind === "reach") {
    const vector = vectors[asked.vector];
    if (!vector) return { kind: "end" };
    const reached = new Set<number>();
    setSwitch((id) => {
      reached.add(id);
      return false;
    });
    return {
      kind: "reached",
      id: vector.id,
      tag: `${vector.family} ${vector.tag}`,
      isRed: isRed(vector),
      mutants: [...reached],
    };
  }
  setSwitch((id) => id === asked.mutant);
  const deadline = performance.now() + asked.timeMs;
  let tried = 0;
  for (const index of asked.vectors) {
    const vector = vectors[index];
    if (!vector) throw new Error(`no vector ${index}`);
    if (isRed(vector)) return { kind: "red", id: vector.id };
    tried++;
    if (performance.now() > deadline) break;
  }
  return { kind: "green", tried };
}

port.on("message", (asked: Asked) => port.postMessage(answer(asked)));
