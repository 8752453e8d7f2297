import type { UsernsError } from "../../core/index.ts";
import { FaultNote } from "../page/fault-note.tsx";
import { type FlowNamespace, type FlowState, MOST_NAMESPACES } from "./flow-state.ts";

interface Given {
  readonly flow: FlowState;
  readonly fault: UsernsError | null;
  readonly onChange: (flow: FlowState) => void;
}

const INNER_NAMES = ["container", "nested", "innermost"];

/** The maps of a flow, to be typed in any format. */
export function Controls({ flow, fault, onChange }: Given) {
  const { namespaces, isIsolated, mount } = flow;
  const change = (part: Partial<FlowState>) => onChange({ ...flow, ...part });
  const changeNamespace = (index: number, part: Partial<FlowNamespace>) =>
    change({ namespaces: namespaces.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <form class="controls" onSubmit={(event) => event.preventDefault()}>
      {namespaces.map(({ name, map }, index) => (
        <label key={`${index}`} class="field">
          <span>
            Map of <b>{name}</b>
            {index > 0 ? `, in ${namespaces[index - 1]?.name ?? ""}` : ""}
          </span>
          <textarea
            rows={Math.min(5, Math.max(1, map.split("\n").length))}
            spellcheck={false}
            value={map}
            placeholder="none is written"
            onInput={(event) => changeNamespace(index, { map: event.currentTarget.value })}
          />
        </label>
      ))}
      <div class="row">
        <button
          type="button"
          disabled={namespaces.length >= MOST_NAMESPACES || isIsolated}
          onClick={() =>
            change({
              namespaces: [...namespaces, { name: INNER_NAMES[namespaces.length] ?? "inner", map: "0:0:1000" }],
            })
          }
        >
          Nest one more
        </button>
        <button
          type="button"
          disabled={namespaces.length < 2}
          onClick={() => change({ namespaces: namespaces.slice(0, -1) })}
        >
          Remove the innermost
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={isIsolated}
          disabled={namespaces.length > 1}
          onInput={(event) => change({ isIsolated: event.currentTarget.checked })}
        />
        <span>isolated (proposed: ids of 64 bits)</span>
      </label>
      <label class="field">
        <span>Mount</span>
        <select
          value={mount}
          onInput={(event) => {
            const { value } = event.currentTarget;
            change({ mount: value === "map" || value === "own" ? value : "plain" });
          }}
        >
          <option value="plain">plain</option>
          <option value="map">idmapped, by a map</option>
          <option value="own">idmapped, by the innermost namespace’s map</option>
        </select>
      </label>
      {mount === "map" ? (
        <label class="field">
          <span>Map of the mount (disk : seen : count)</span>
          <textarea
            rows={1}
            spellcheck={false}
            value={flow.mountMap}
            placeholder="0:100000:65536"
            onInput={(event) => change({ mountMap: event.currentTarget.value })}
          />
        </label>
      ) : null}
      <label class="field">
        <span>Map of the file system’s owner</span>
        <input
          type="text"
          spellcheck={false}
          value={flow.filesystem}
          placeholder="the initial namespace"
          onInput={(event) => change({ filesystem: event.currentTarget.value })}
        />
      </label>
      {fault ? <FaultNote fault={fault} /> : null}
    </form>
  );
}
