import { useEffect, useMemo, useState } from "preact/hooks";
import { archiveWords, shiftedWords } from "../../explain/index.ts";
import { formatTriples } from "../../formats/index.ts";
import { fittingMaps, type ShiftMaps, type TarOwners, unmappedIn } from "../../shift/index.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import type { PartProps } from "../page/part.tsx";
import { type LayerState, mapsOf } from "./layer-state.ts";
import type { LayerMessage } from "./messages.ts";
import { OwnersTable } from "./owners-table.tsx";
import { RulesForm } from "./rules-form.tsx";
import { useLayerJob } from "./use-layer-job.ts";

/** A layer of the visitor's: whose it is, what of it a map cannot hold, and the same layer shifted. */
export function LayerPart({ state, onChange }: PartProps<LayerState>) {
  const [file, setFile] = useState<File | null>(null);
  const scan = useLayerJob();
  const shift = useLayerJob();
  const { map, gidMap, reverse } = state;
  const maps = useMemo(() => attempt(() => mapsOf({ map, gidMap, reverse })), [map, gidMap, reverse]);
  const take = (next: File | undefined) => {
    if (!next) return;
    setFile(next);
    shift.stop();
    scan.start({ file: next, shift: null });
  };
  return (
    <div class="split">
      <div>
        <RulesForm state={state} onChange={onChange} />
        {maps.fault ? <FaultNote fault={maps.fault} /> : null}
      </div>
      <div>
        <label
          class="drop"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            take(event.dataTransfer?.files[0]);
          }}
        >
          <span>
            {file ? `${file.name}, ${megabytes(file.size)}` : "Drop a layer here, or choose one: tar or tar.gz"}
          </span>
          <input
            type="file"
            aria-label="A layer"
            accept=".tar,.gz,.tgz,application/x-tar,application/gzip"
            onInput={(event) => take(event.currentTarget.files?.[0])}
          />
        </label>
        {scan.isRunning ? <Progress message={scan.message} file={file} what="Reading" onStop={scan.stop} /> : null}
        {scan.message?.type === "fault" ? <FaultNote fault={scan.message.fault} /> : null}
        {scan.message?.type === "scanned" && file ? (
          <>
            <Summary owners={scan.message.owners} maps={maps.value} onChange={onChange} state={state} />
            <div class="row shift-row">
              <button
                type="button"
                class="is-main"
                disabled={maps.value === null || shift.isRunning}
                onClick={() => shift.start({ file, shift: state })}
              >
                Shift it
              </button>
              {shift.isRunning ? (
                <Progress message={shift.message} file={file} what="Shifting" onStop={shift.stop} />
              ) : null}
              <Shifted message={shift.message} file={file} />
            </div>
            <OwnersTable ids={scan.message.owners.ids} maps={maps.value} />
          </>
        ) : null}
      </div>
    </div>
  );
}

interface ProgressGiven {
  readonly message: LayerMessage | null;
  readonly file: File | null;
  readonly what: string;
  readonly onStop: () => void;
}

function Progress({ message, file, what, onStop }: ProgressGiven) {
  const read = message?.type === "progress" ? message.bytesRead : 0;
  return (
    <div class="row">
      <progress aria-label={what} max={file?.size ?? 1} value={read} />
      <span>
        {what}: {megabytes(read)} of {megabytes(file?.size ?? 0)}
      </span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  );
}

interface SummaryGiven {
  readonly owners: TarOwners;
  readonly maps: ShiftMaps | null;
  readonly state: LayerState;
  readonly onChange: (state: LayerState) => void;
}

function Summary({ owners, maps, state, onChange }: SummaryGiven) {
  const { ids, entries, unlisted } = owners;
  const unmapped = maps ? unmappedIn(ids, maps) : [];
  const fit = maps ? fittingMaps(ids, maps, unlisted) : null;
  const fitting = fit?.uids && fit.gids ? { map: formatTriples(fit.uids), gidMap: formatTriples(fit.gids) } : null;
  return (
    <div class="layer-summary">
      <p class={unmapped.length > 0 ? "answer is-no" : "answer is-yes"}>
        {entries} entries, {ids.length} ids;{" "}
        <strong>
          {unmapped.length > 0 ? `the map does not hold ${unmapped.length} of them` : "the map holds them all"}
        </strong>
      </p>
      {unmapped.length > 0 && fitting ? (
        <p class="row">
          <button
            type="button"
            onClick={() =>
              onChange({ ...state, map: fitting.map, gidMap: fitting.gidMap === fitting.map ? "" : fitting.gidMap })
            }
          >
            Take the smallest map that does
          </button>
          <span class="id">
            {fitting.map === fitting.gidMap ? fitting.map : `${fitting.map} for users, ${fitting.gidMap} for groups`}
          </span>
        </p>
      ) : null}
      {archiveWords(owners).map((note) => (
        <p key={note} class="dim">
          {note}
        </p>
      ))}
    </div>
  );
}

function Shifted({ message, file }: { readonly message: LayerMessage | null; readonly file: File }) {
  if (message?.type === "fault") return <FaultNote fault={message.fault} />;
  if (message?.type === "refused")
    return (
      <p class="is-no-text" role="alert">
        Refused: {message.unmapped.length} ids are not in the map. Squash them, keep them, or take another map.
      </p>
    );
  if (message?.type !== "shifted") return null;
  const { blob, report, engine } = message;
  return (
    <div>
      <Download blob={blob} name={shiftedName(file.name)} />
      <span class="dim">
        {" "}
        {report.headersShifted} of {report.entries} entries shifted ({engine})
      </span>
      {shiftedWords(report).map((note) => (
        <p key={note} class="dim">
          {note}
        </p>
      ))}
    </div>
  );
}

function Download({ blob, name }: { readonly blob: Blob; readonly name: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url === "" ? null : (
    <a class="download" href={url} download={name}>
      Download {name}, {megabytes(blob.size)}
    </a>
  );
}

/** `layer.tar.gz` becomes `layer.shifted.tar.gz`. */
function shiftedName(name: string): string {
  return /\.(?:tar|tgz)/.test(name) ? name.replace(/(\.(?:tar|tgz))/, ".shifted$1") : `${name}.shifted`;
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
