import { useMemo } from "preact/hooks";
import { ExampleRow } from "../page/example-row.tsx";
import type { PartProps } from "../page/part.tsx";
import { MapCheck } from "./map-check.tsx";
import { MessageCheck } from "./message-check.tsx";
import { PASTE_EXAMPLES } from "./paste-examples.ts";
import type { PasteState } from "./paste-state.ts";
import { type Recognised, recognisePaste } from "./recognised.ts";
import { SubidCheck } from "./subid-check.tsx";

/** A box for whatever has ids in it. */
export function PastePart({ state, onChange, engine, show }: PartProps<PasteState>) {
  const found = useMemo(() => recognisePaste(state.text), [state.text]);
  return (
    <>
      <ExampleRow examples={PASTE_EXAMPLES} onOpen={({ text }) => onChange({ ...state, text })} />
      <label class="field">
        <span>A uid_map, lines of /etc/subuid, a Podman --uidmap, LXC or Incus lines, or an error message</span>
        <textarea
          rows={6}
          spellcheck={false}
          value={state.text}
          onInput={(event) => onChange({ ...state, text: event.currentTarget.value })}
        />
      </label>
      <p class="found">
        {state.text.trim() === "" ? (
          "Nothing is pasted yet."
        ) : (
          <>
            Read as <b>{nameOf(found)}</b>
          </>
        )}
      </p>
      <div class="findings">
        {found.what === "maps" ? (
          <MapCheck
            format={found.format}
            text={found.text}
            state={state}
            engine={engine}
            onChange={onChange}
            show={show}
          />
        ) : null}
        {found.what === "subid" ? <SubidCheck file={found.file} show={show} /> : null}
        {found.what === "message" ? (
          <MessageCheck ids={found.ids} ranges={found.ranges} state={state} onChange={onChange} />
        ) : null}
      </div>
    </>
  );
}

function nameOf(found: Recognised): string {
  switch (found.what) {
    case "maps":
      return found.format.title;
    case "subid":
      return "lines of /etc/subuid or /etc/subgid";
    case "message":
      return "an error message";
    case "nothing":
      return "nothing that has an id in it";
  }
}
