import { useMemo, useState } from "preact/hooks";
import type { UsernsError } from "../../core/index.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import type { PartProps } from "../page/part.tsx";
import { droppedFile } from "./dropped-file.ts";
import { isSameLayer, type LayerState, mapsOf } from "./layer-state.ts";
import { megabytes } from "./megabytes.ts";
import type { LayerMessage } from "./messages.ts";
import { OwnersSummary } from "./owners-summary.tsx";
import { OwnersTable } from "./owners-table.tsx";
import { RulesForm } from "./rules-form.tsx";
import { ShiftedNote } from "./shifted-note.tsx";
import { useLayerJob } from "./use-layer-job.ts";

/** A layer or an image of the visitor's: whose it is, what of it a map cannot hold, and the same shifted. */
export function LayerPart({ state, onChange }: PartProps<LayerState>) {
  const [file, setFile] = useState<File | null>(null);
  const [dropFault, setDropFault] = useState<UsernsError | null>(null);
  const scan = useLayerJob();
  const shift = useLayerJob();
  const [shiftedBy, setShiftedBy] = useState(state);
  const { map, gidMap, reverse } = state;
  const maps = useMemo(() => attempt(() => mapsOf({ map, gidMap, reverse })), [map, gidMap, reverse]);
  const take = (next: File | undefined) => {
    if (!next) return;
    setDropFault(null);
    setFile(next);
    shift.clear();
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
            const { dataTransfer } = event;
            if (!dataTransfer) return;
            const dropped = attempt(() => droppedFile(dataTransfer));
            if (dropped.fault) setDropFault(dropped.fault);
            else take(dropped.value);
          }}
        >
          <span>
            {file
              ? `${file.name}, ${megabytes(file.size)}`
              : "Drop a layer or an image here, or choose one: tar or tar.gz, a tar of an OCI layout or of docker save"}
          </span>
          {file ? null : <span class="dim">What is packed with zstd, squashfs and folders are for the command.</span>}
          <input
            type="file"
            aria-label="A layer or an image"
            accept=".tar,.gz,.tgz,application/x-tar,application/gzip"
            onInput={(event) => take(event.currentTarget.files?.[0])}
          />
        </label>
        {dropFault ? <FaultNote fault={dropFault} /> : null}
        {scan.isRunning ? <Progress message={scan.message} file={file} what="Reading" onStop={scan.stop} /> : null}
        {scan.message?.type === "fault" ? <FaultNote fault={scan.message.fault} /> : null}
        {scan.message?.type === "scanned" && file ? (
          <>
            <OwnersSummary layers={scan.message.layers} maps={maps.value} onChange={onChange} state={state} />
            <div class="row shift-row">
              <button
                type="button"
                class="is-main"
                disabled={maps.value === null || shift.isRunning}
                onClick={() => {
                  setShiftedBy(state);
                  shift.start({ file, shift: state });
                }}
              >
                Shift it
              </button>
              {shift.isRunning ? (
                <Progress message={shift.message} file={file} what="Shifting" onStop={shift.stop} />
              ) : null}
              <ShiftedNote message={shift.message} file={file} isOfOldRules={!isSameLayer(shiftedBy, state)} />
            </div>
            {scan.message.layers.map(({ title, owners }) => (
              <section key={title}>
                {title === "" ? null : <h3>{title}</h3>}
                <OwnersTable ids={owners.ids} maps={maps.value} />
              </section>
            ))}
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
