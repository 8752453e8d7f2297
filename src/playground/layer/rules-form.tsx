import type { LayerState } from "./layer-state.ts";

interface Given {
  readonly state: LayerState;
  readonly onChange: (state: LayerState) => void;
}

/** How the layer is shifted, with the choices of `userns shift`. */
export function RulesForm({ state, onChange }: Given) {
  const change = (part: Partial<LayerState>) => onChange({ ...state, ...part });
  return (
    <form class="controls" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>Map</span>
        <textarea
          rows={2}
          spellcheck={false}
          value={state.map}
          onInput={(event) => change({ map: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Map of groups</span>
        <input
          type="text"
          spellcheck={false}
          placeholder="the same"
          value={state.gidMap}
          onInput={(event) => change({ gidMap: event.currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={state.reverse}
          onInput={(event) => change({ reverse: event.currentTarget.checked })}
        />
        <span>back: from kernel ids to ids inside</span>
      </label>
      <label class="field">
        <span>Ids that the map does not hold</span>
        <select
          value={state.unmapped}
          onInput={(event) => {
            const { value } = event.currentTarget;
            change({ unmapped: value === "squash" || value === "keep" ? value : "refuse" });
          }}
        >
          <option value="refuse">refuse to shift</option>
          <option value="squash">squash to one owner</option>
          <option value="keep">keep</option>
        </select>
      </label>
      {state.unmapped === "squash" ? (
        <div class="row squash">
          {(["squashUid", "squashGid"] as const).map((key) => (
            <label key={key}>
              <span>{key === "squashUid" ? "uid" : "gid"}</span>
              <input
                type="number"
                min={0}
                value={state[key]}
                onInput={(event) => {
                  const id = event.currentTarget.valueAsNumber;
                  if (Number.isInteger(id) && id >= 0) change({ [key]: id });
                }}
              />
            </label>
          ))}
        </div>
      ) : null}
      <label class="check">
        <input
          type="checkbox"
          checked={state.names === "drop"}
          onInput={(event) => change({ names: event.currentTarget.checked ? "drop" : "keep" })}
        />
        <span>drop the names of owners</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={state.capabilities === "namespace"}
          onInput={(event) => change({ capabilities: event.currentTarget.checked ? "namespace" : "keep" })}
        />
        <span>bind file capabilities to the map’s root</span>
      </label>
    </form>
  );
}
