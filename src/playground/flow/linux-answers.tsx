import { useMemo } from "preact/hooks";
import { type Engine, type IdMap, idMap } from "../../core/index.ts";
import {
  askFile,
  type FileAnswer,
  type FileFix,
  type FileQuestion,
  type OwnerMaps,
  repairFile,
} from "../../explain/index.ts";
import { CAPABILITIES } from "../../kernel/index.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import type { Chain } from "./chain.ts";
import type { FlowState } from "./flow-state.ts";

interface Given {
  readonly chain: Chain;
  readonly flow: FlowState;
  readonly engine: Engine;
  readonly id: number;
  /** Is the id one that is used inside, or one that the disk keeps? */
  readonly from: "inside" | "disk";
}

/** What the model of Linux says to a file made by the id, or owned by it: the rule, and what would help. */
export function LinuxAnswers({ chain, flow, engine, id, from }: Given) {
  const said = useMemo(() => {
    const question = questionOf(chain, flow, id, from);
    return attempt(() => ({ answer: askFile(question, engine), fixes: repairFile(question, engine) }));
  }, [chain, flow, engine, id, from]);
  return (
    <section class="card">
      <h3>
        {from === "inside" ? `Linux, when ${id} creates a file` : `Linux, when root inside looks at a file of ${id}`}
      </h3>
      {said.fault ? <FaultNote fault={said.fault} /> : <Said {...said.value} />}
    </section>
  );
}

function Said({ answer, fixes }: { readonly answer: FileAnswer; readonly fixes: readonly FileFix[] }) {
  const { ok, refusal, rule, shown, kept, lacks } = answer;
  return (
    <>
      <p class={ok ? "answer is-yes" : "answer is-no"}>
        {refusal ? (
          <>
            <strong>{refusal.errno}</strong> {refusal.because}
          </>
        ) : (
          <>
            stat shows <strong class="id">{shown ? `${shown.uid}:${shown.gid}` : "nothing"}</strong>
            {kept ? `, the disk keeps ${kept.uid}:${kept.gid}` : ""}
            {lacks.length > 0 ? `; without ${lacks.join(", ")}` : ""}
          </>
        )}
      </p>
      {rule ? (
        <p>
          {rule.sentence} <span class="dim">– {rule.source}</span>
        </p>
      ) : null}
      {fixes.length > 0 ? (
        <ul class="fixes">
          {fixes.map(({ changes }) => {
            const text = changes.map((change) => change.text).join("; and ");
            return <li key={text}>{text}</li>;
          })}
        </ul>
      ) : null}
    </>
  );
}

function questionOf({ view }: Chain, flow: FlowState, id: number, from: "inside" | "disk"): FileQuestion {
  const root = view.caller.at(-1)?.map.extents[0]?.first ?? 0;
  const asked = from === "inside" ? id : root;
  return {
    ask: from === "inside" ? "create" : "stat",
    namespaces: view.caller.map(({ map }) => both(map)),
    fsMaps: null,
    mount: view.mount && both(view.mount.map),
    filesystem: flow.filesystem.trim() === "" ? null : both(view.filesystem.map),
    isNosuid: false,
    task: { uid: asked, gid: asked, groups: [], caps: asked === 0 ? CAPABILITIES : [], noNewPrivs: false },
    // Whoever asks about ids asks not about permission bits: the directory is open to all.
    directory: { uid: 0, gid: 0, mode: 0o777 },
    file: { uid: id, gid: id, mode: 0o644, type: "file", caps: null },
    to: { uid: null, gid: null },
    toMode: 0,
  };
}

function both({ extents }: IdMap): OwnerMaps {
  return { uid: idMap(extents), gid: idMap(extents) };
}
