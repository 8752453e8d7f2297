import { useMemo, useState } from "preact/hooks";
import type { IdMap } from "../../core/index.ts";
import { formatTriples } from "../../formats/index.ts";
import { chainOf } from "../flow/chain.ts";
import { Drawing } from "../flow/drawing.tsx";
import { FIRST_FLOW, type FlowState, type Picked } from "../flow/flow-state.ts";

interface Given {
  readonly map: IdMap;
  readonly show: (part: string, state: unknown) => void;
}

/** A map, drawn as the flow draws it; one click away from there. */
export function ChainView({ map, show }: Given) {
  const text = formatTriples(map);
  const first = map.extents[0]?.first ?? 0;
  const [picked, setPicked] = useState<Picked>({ column: 0, id: first, number: 0 });
  const [hovered, setHovered] = useState<Picked | null>(null);
  const flow = useMemo<FlowState>(
    () => ({ ...FIRST_FLOW, namespaces: [{ name: "container", map: text }], picked }),
    [text, picked],
  );
  const chain = useMemo(() => chainOf(flow), [flow]);
  return (
    <>
      <Drawing
        chain={chain}
        kind="uid"
        scale="folded"
        picked={hovered ?? picked}
        onHover={setHovered}
        onPick={setPicked}
      />
      <button type="button" onClick={() => show("flow", flow)}>
        Open in the flow
      </button>
    </>
  );
}
