import { showExtent } from "../../core/index.ts";
import { explain } from "../../explain/index.ts";
import { parseMap } from "../../formats/index.ts";
import { intoKernel } from "../../kernel/index.ts";
import { Steps } from "../flow/steps.tsx";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import type { PasteState } from "./paste-state.ts";
import type { NamedId, NamedRange } from "./recognised.ts";

interface Given {
  readonly ids: readonly NamedId[];
  readonly ranges: readonly NamedRange[];
  readonly state: PasteState;
  readonly onChange: (state: PasteState) => void;
}

/** An error message: the ids that it names on their way through a map, and what its ranges ask of /etc/subuid. */
export function MessageCheck({ ids, ranges, state, onChange }: Given) {
  const map = attempt(() => parseMap(state.map, "map"));
  const asked = [
    ...ids,
    ...ranges.map(({ kind, extent }) => ({ kind, id: extent.first + Math.max(0, extent.count - 1) })),
  ];
  return (
    <>
      <label class="field">
        <span>The map that its ids go through</span>
        <input
          type="text"
          spellcheck={false}
          value={state.map}
          onInput={(event) => onChange({ ...state, map: event.currentTarget.value })}
        />
      </label>
      {ranges.map(({ kind, extent }) => (
        <section key={showExtent(extent)} class="card">
          <h3>
            {kind} range {showExtent(extent)}
          </h3>
          <p>
            The tool writes it when /etc/sub{kind} grants the caller{" "}
            <strong class="id">
              {extent.lowerFirst}:{extent.count}
            </strong>
            , in one line or in several: add <code>{`USER:${extent.lowerFirst}:${extent.count}`}</code>, or ask for
            less.
          </p>
        </section>
      ))}
      {map.fault ? (
        <FaultNote fault={map.fault} />
      ) : (
        <div class="cards">
          {asked.map(({ kind, id }, index) => (
            <Steps
              key={`${index}`}
              title={`${kind} ${id} of the message`}
              explanation={explain(kind, intoKernel([{ name: "the map", map: map.value }]), { id, number: 0 })}
            />
          ))}
        </div>
      )}
    </>
  );
}
