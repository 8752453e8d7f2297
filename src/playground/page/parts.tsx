import { ExamplesPart } from "../examples/examples-part.tsx";
import { FlowPart } from "../flow/flow-part.tsx";
import { FIRST_FLOW, readFlow } from "../flow/flow-state.ts";
import { FIRST_LAYER, readLayer } from "../layer/layer-state.ts";
import { FIRST_PASTE, readPaste } from "../paste/paste-state.ts";
import { FIRST_SCENARIO, readScenario } from "../scenario/scenario-state.ts";
import { lazyView } from "./lazy-view.tsx";
import { definePart, type Part } from "./part.tsx";

const FLOW = definePart({
  name: "flow",
  title: "Flow",
  about:
    "Who an id is, from the innermost namespace to the disk. Point at an id, or type one: its way lights up, in both directions.",
  first: FIRST_FLOW,
  read: readFlow,
  View: FlowPart,
});

const SCENARIO = definePart({
  name: "scenario",
  title: "Scenario",
  about:
    "A world and the calls made in it, answered as by the command: step through, see which rule decided, and change the text or draw the maps.",
  first: FIRST_SCENARIO,
  read: readScenario,
  View: lazyView(async () => (await import("../scenario/scenario-part.tsx")).ScenarioPart),
});

const PASTE = definePart({
  name: "paste",
  title: "Paste",
  about:
    "Paste what has ids in it: it is recognised, checked and drawn, and a refused map is told its errno, line and fix.",
  first: FIRST_PASTE,
  read: readPaste,
  View: lazyView(async () => (await import("../paste/paste-part.tsx")).PastePart),
});

const LAYER = definePart({
  name: "layer",
  title: "Layer",
  about:
    "Whose files an image layer holds, and the same layer with its owners shifted. It is read and written in this page, piece by piece.",
  first: FIRST_LAYER,
  read: readLayer,
  View: lazyView(async () => (await import("../layer/layer-part.tsx")).LayerPart),
});

const BENCH = definePart({
  name: "bench",
  title: "Bench",
  about: "The Wasm engine against its twin in TypeScript, in this browser.",
  first: null,
  read: () => null,
  View: lazyView(async () => (await import("../bench/bench-part.tsx")).BenchPart),
});

const EXAMPLES = definePart({
  name: "examples",
  title: "Examples",
  about: "Each opens with one click, and can be changed at will.",
  first: null,
  read: () => null,
  View: ExamplesPart,
});

/** The parts of the page, in the order of its navigation; the first is open at first. */
export const PARTS: readonly Part[] = [FLOW, SCENARIO, PASTE, LAYER, BENCH, EXAMPLES];

/** The part that is open at first. */
export const FIRST_PART = FLOW.name;

/** The part of a name; the first for any other. */
export function partNamed(name: string): Part {
  return PARTS.find((part) => part.name === name) ?? FLOW;
}
