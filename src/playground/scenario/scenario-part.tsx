import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { pathParts } from "../../scenario/index.ts";
import { parseSource } from "../../source/index.ts";
import { loadExample } from "../examples/scenario-examples.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import type { PartProps } from "../page/part.tsx";
import { CallList } from "./call-list.tsx";
import { Editor } from "./editor.tsx";
import { MapHandles } from "./map-handles.tsx";
import { type Replayed, replayText } from "./replayed.ts";
import type { ScenarioState } from "./scenario-state.ts";
import { WorldPanel } from "./world-panel.tsx";

/** A scenario as text, its calls with their answers, and the world between them. */
export function ScenarioPart({ state, onChange, engine }: PartProps<ScenarioState>) {
  const text = useText(state);
  const read = useMemo(() => (text === null ? null : attempt(() => replayText(text, engine))), [text, engine]);
  // While the text is wrong, what the last right one gave stays in view.
  const last = useRef<Replayed | null>(null);
  if (read?.value) last.current = read.value;
  const shown = last.current;
  if (text === null) return <p aria-busy="true">The scenario is loading.</p>;
  const change = (next: string) => {
    if (next !== text) onChange({ ...state, example: "", text: next });
  };
  const step = Math.min(state.step, shown?.run.calls.length ?? 0);
  const line = read?.value ? lineOfStep(text, shown?.run.calls[step - 1]?.where) : 0;
  return (
    <div class="scenario">
      <div class="scenario-text">
        <Editor text={text} fault={read?.fault ?? null} line={line} onChange={change} />
        {read?.fault ? <FaultNote fault={read.fault} /> : null}
      </div>
      {shown ? (
        <div class={read?.fault ? "scenario-answers is-stale" : "scenario-answers"}>
          <p class="scenario-title">
            <b>{shown.run.title ?? "A scenario"}</b> <span class="dim">{shown.run.profile}</span>
          </p>
          <CallList calls={shown.run.calls} step={step} onStep={(next) => onChange({ ...state, step: next })} />
          <World replayed={shown} step={step} />
        </div>
      ) : null}
      <MapHandles text={text} onChange={change} />
    </div>
  );
}

function World({ replayed, step }: { readonly replayed: Replayed; readonly step: number }) {
  const world = replayed.worlds[step];
  return world ? <WorldPanel world={world} before={replayed.worlds[step - 1] ?? null} /> : null;
}

/** The text that a state shows; null while its example is loading. */
function useText({ example, text }: ScenarioState): string | null {
  const [loaded, setLoaded] = useState<{ readonly example: string; readonly text: string } | null>(null);
  useEffect(() => {
    let isWanted = true;
    if (example !== "")
      void loadExample(example).then((found) => {
        if (isWanted) setLoaded({ example, text: found });
      });
    return () => {
      isWanted = false;
    };
  }, [example]);
  if (example === "") return text;
  return loaded?.example === example ? loaded.text : null;
}

function lineOfStep(text: string, where: string | undefined): number {
  if (where === undefined) return 0;
  return parseSource(text, "scenario").placeOf(pathParts(where))?.line ?? 0;
}
