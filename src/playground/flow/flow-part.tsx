import { useMemo, useRef, useState } from "preact/hooks";
import { attempt } from "../page/attempt.ts";
import { ExampleRow } from "../page/example-row.tsx";
import type { PartProps } from "../page/part.tsx";
import { type Chain, chainOf } from "./chain.ts";
import { Controls } from "./controls.tsx";
import { Drawing } from "./drawing.tsx";
import { FLOW_EXAMPLES } from "./flow-examples.ts";
import type { FlowState, Picked } from "./flow-state.ts";
import { LinuxAnswers } from "./linux-answers.tsx";
import { PickForm } from "./pick-form.tsx";
import { Steps } from "./steps.tsx";
import { pickedColumn, wayOf } from "./way.ts";

/** The chain of id spaces, and the way of an id through it. */
export function FlowPart({ state: flow, onChange, engine }: PartProps<FlowState>) {
  const { namespaces, isIsolated, mount, mountMap, filesystem, kind } = flow;
  const read = useMemo(() => attempt(() => chainOf(flow)), [namespaces, isIsolated, mount, mountMap, filesystem, kind]);
  // While a map is being typed and cannot be read, the last one that could stays in view.
  const last = useRef<Chain | null>(null);
  if (read.value) last.current = read.value;
  const chain = last.current;
  const [hovered, setHovered] = useState<Picked | null>(null);
  const picked = hovered ?? flow.picked;
  return (
    <>
      <ExampleRow examples={FLOW_EXAMPLES} onOpen={(example) => onChange(example.flow)} />
      <div class="split">
        <Controls flow={flow} fault={read.fault} onChange={onChange} />
        {chain ? (
          <div class={read.fault ? "stage is-stale" : "stage"}>
            <PickForm chain={chain} flow={flow} onChange={onChange} />
            <Drawing
              chain={chain}
              kind={kind}
              scale={flow.scale}
              picked={picked}
              onHover={setHovered}
              onPick={(next) => onChange({ ...flow, picked: next })}
            />
            <Words chain={chain} flow={hovered ? { ...flow, picked } : flow} engine={engine} />
          </div>
        ) : null}
      </div>
    </>
  );
}

function Words({
  chain,
  flow,
  engine,
}: { readonly chain: Chain } & Pick<PartProps<FlowState>, "engine"> & { readonly flow: FlowState }) {
  const { outward, inward } = wayOf(chain, flow.kind, flow.picked);
  const column = pickedColumn(chain, flow.picked);
  const from = column === 0 ? "inside" : column === chain.columns.length - 1 ? "disk" : null;
  const mayAsk = !flow.isIsolated && chain.refusals.length === 0;
  return (
    <div class="cards">
      {chain.refusals.map(({ name, refusal }) => (
        <section key={name} class="card">
          <h3>Linux does not take the map of {name}</h3>
          <p class="answer is-no">
            <strong>{refusal.errno}</strong> {refusal.line === undefined ? "" : `line ${refusal.line}: `}
            {refusal.because}
          </p>
          <p>{refusal.rule.sentence}</p>
          <p class="dim">{refusal.rule.source}</p>
        </section>
      ))}
      {outward ? <Steps title="Outward: what the id is further down" explanation={outward} /> : null}
      {inward ? <Steps title="Inward: how it is seen" explanation={inward} /> : null}
      {from && mayAsk ? (
        <LinuxAnswers chain={chain} flow={flow} engine={engine} id={flow.picked.id} from={from} />
      ) : null}
    </div>
  );
}
