import { useMemo } from "preact/hooks";
import { type Engine, OverlapError, showMapLine } from "../../core/index.ts";
import { askMaps, type MapAuthor, type MapQuestion, mapAnswerLines, repairMaps } from "../../explain/index.ts";
import { type MapFormat, readMaps, triples, uidMap } from "../../formats/index.ts";
import { CAPABILITIES } from "../../kernel/index.ts";
import { LinesDrawing } from "../flow/lines-drawing.tsx";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import { ChainView } from "./chain-view.tsx";
import type { PasteState, WriterName } from "./paste-state.ts";

interface Given {
  readonly format: MapFormat;
  readonly text: string;
  readonly state: PasteState;
  readonly engine: Engine;
  readonly onChange: (state: PasteState) => void;
  readonly show: (part: string, state: unknown) => void;
}

const ORDINARY = { uid: 1000, gid: 1000 };

/** Who writes, and from where. */
const AUTHORS: Readonly<
  Record<WriterName, { readonly title: string; readonly writer: MapAuthor; readonly from: MapQuestion["from"] }>
> = {
  user: { title: "user 1000 alone, as unshare -r", writer: { ...ORDINARY, caps: [] }, from: "inside" },
  helper: {
    title: "newuidmap and newgidmap, for user 1000",
    writer: { ...ORDINARY, caps: ["setuid", "setgid"] },
    from: "parent",
  },
  root: { title: "root", writer: { uid: 0, gid: 0, caps: CAPABILITIES }, from: "parent" },
};

/** Maps that were pasted: would Linux take them, and if not, where, by which rule and what would it take? */
export function MapCheck({ format, text, state, engine, onChange, show }: Given) {
  const { writer } = state;
  const read = useMemo(() => attempt(() => readMaps(text, { where: "pasted" })), [text]);
  const asked = useMemo(
    () =>
      attempt(() => {
        const { writer: author, from } = AUTHORS[writer];
        const question = { parent: null, writer: author, from, setgroups: null, texts: textsOf(format, text) };
        return mapAnswerLines(question, askMaps(question, engine), repairMaps(question, engine));
      }),
    [format, text, writer, engine],
  );
  const maps = read.value;
  const map = maps?.uid ?? maps?.gid ?? null;
  return (
    <>
      <label class="field">
        <span>Written by</span>
        <select
          value={writer}
          onInput={(event) => {
            const { value } = event.currentTarget;
            onChange({ ...state, writer: value === "user" || value === "root" ? value : "helper" });
          }}
        >
          {Object.entries(AUTHORS).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <section class="card">
        <h3>Would Linux take it?</h3>
        {asked.fault ? <FaultNote fault={asked.fault} /> : <Answer lines={asked.value} />}
        {maps?.notes.map((note) => (
          <p key={note} class="dim">
            {note}
          </p>
        ))}
      </section>
      {map ? <ChainView map={map} show={show} /> : null}
      {read.fault instanceof OverlapError ? <LinesDrawing name="the map" lines={read.fault.extents} /> : null}
    </>
  );
}

function Answer({ lines }: { readonly lines: readonly string[] }) {
  const [head = "", ...rest] = lines;
  const isYes = head.startsWith("yes");
  return (
    <>
      <p class={isYes ? "answer is-yes" : "answer is-no"}>
        <strong>{head}</strong>
      </p>
      <pre>
        {rest.map((line, index) => (
          <div key={`${index}`} style={hanging(line)}>
            {line}
          </div>
        ))}
      </pre>
    </>
  );
}

/** What does not fit in a line goes on below its words, not below its label: `  from  `. */
function hanging(line: string): { readonly paddingLeft: string; readonly textIndent: string } {
  const indent = /^ *(?:\w+ {2,})?/.exec(line)?.[0].length ?? 0;
  return { paddingLeft: `${indent}ch`, textIndent: `-${indent}ch` };
}

/** The bytes that would be written: as they were pasted where they are in the kernel's form, right or wrong. */
function textsOf(format: MapFormat, text: string): MapQuestion["texts"] {
  if (format === uidMap) return { uid: text };
  if (format === triples)
    return {
      uid: text
        .trim()
        .split(/[\s,]+/)
        .join("\n")
        .replaceAll(":", " "),
    };
  const { uid, gid } = format.parse(text, { where: "pasted" });
  const written = (extents: NonNullable<typeof uid>["extents"]) => extents.map(showMapLine).join("");
  return { ...(uid ? { uid: written(uid.extents) } : {}), ...(gid ? { gid: written(gid.extents) } : {}) };
}
