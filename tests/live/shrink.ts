/** Makes a world small while something is still seen in it. */
import type { RandomWorld } from "./random.ts";

/** Longer lists of a setup are not looked at beyond so many items. */
const MOST_ITEMS = 100;

/**
 * Each way to leave one thing out of a world: a step, from the last, then an item of each part of the setup. Ask for the
 * next with the world that was kept.
 */
export function* smaller(least: () => RandomWorld): Generator<RandomWorld> {
  for (let at = least().op.length - 1; at >= 0; at--) {
    const { op } = least();
    if (op.length > 1) yield { ...least(), op: op.toSpliced(at, 1) };
  }
  for (const part of Object.keys(least().setup))
    for (let at = MOST_ITEMS; at >= 0; at--) {
      const { setup } = least();
      const list = setup[part];
      if (Array.isArray(list) && at < list.length)
        yield { ...least(), setup: { ...setup, [part]: list.toSpliced(at, 1) } };
    }
}
