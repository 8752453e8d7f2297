import { isId, NO_ID } from "../../core/index.ts";
import type { Chain } from "./chain.ts";
import type { FlowState, Picked } from "./flow-state.ts";
import { pickedColumn } from "./way.ts";

interface Given {
  readonly chain: Chain;
  readonly flow: FlowState;
  readonly onChange: (flow: FlowState) => void;
}

/** Which id, in which space, of which kind, and how the spaces are drawn. */
export function PickForm({ chain, flow, onChange }: Given) {
  const { picked, kind, scale } = flow;
  const pick = (part: Partial<Picked>) => onChange({ ...flow, picked: { ...picked, ...part } });
  return (
    <form class="row pick" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Id</span>
        <input
          class="id"
          type="number"
          min={0}
          max={NO_ID - 1}
          value={picked.id}
          onInput={(event) => {
            const id = event.currentTarget.valueAsNumber;
            if (isId(id) && id !== NO_ID) pick({ id });
          }}
        />
      </label>
      <label>
        <span>in</span>
        <select
          value={pickedColumn(chain, picked)}
          onInput={(event) => pick({ column: Number(event.currentTarget.value), number: 0 })}
        >
          {chain.columns.map(({ title, letter }, index) => (
            <option key={title} value={index}>
              {`${title} (${letter})`}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>is a</span>
        <select
          value={kind}
          onInput={(event) => onChange({ ...flow, kind: event.currentTarget.value === "gid" ? "gid" : "uid" })}
        >
          <option value="uid">user</option>
          <option value="gid">group</option>
        </select>
      </label>
      <label>
        <span>drawn</span>
        <select
          value={scale}
          onInput={(event) =>
            onChange({ ...flow, scale: event.currentTarget.value === "linear" ? "linear" : "folded" })
          }
        >
          <option value="folded">folded</option>
          <option value="linear">to scale</option>
        </select>
      </label>
    </form>
  );
}
