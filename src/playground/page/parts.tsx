import { FlowPart } from "../flow/flow-part.tsx";
import { FIRST_FLOW, readFlow } from "../flow/flow-state.ts";
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

/** The parts of the page, in the order of its navigation; the first is open at first. */
export const PARTS: readonly Part[] = [FLOW];

/** The part that is open at first. */
export const FIRST_PART = FLOW.name;

/** The part of a name; the first for any other. */
export function partNamed(name: string): Part {
  return PARTS.find((part) => part.name === name) ?? FLOW;
}
