import { useEffect, useState } from "preact/hooks";
import { shiftedWords } from "../../explain/index.ts";
import { FaultNote } from "../page/fault-note.tsx";
import { megabytes } from "./megabytes.ts";
import type { LayerMessage, ShiftedLayer } from "./messages.ts";

interface Given {
  readonly message: LayerMessage | null;
  readonly file: File;
  /** Were the map or the other rules changed since? */
  readonly isOfOldRules: boolean;
}

/** What came of shifting: the file to download and what was done in each layer, or why there is none. */
export function ShiftedNote({ message, file, isOfOldRules }: Given) {
  if (message?.type === "fault") return <FaultNote fault={message.fault} />;
  if (message?.type === "refused")
    return (
      <p class="is-no-text" role="alert">
        Refused: {message.ids} ids are not in the map. Squash them, keep them, or take another map.
      </p>
    );
  if (message?.type !== "shifted") return null;
  const { blob, layers, artifacts, engine } = message;
  return (
    <div>
      <Download blob={blob} name={shiftedName(file.name)} />
      {isOfOldRules ? <p class="is-no-text">Shifted by the rules as they were before you changed them.</p> : null}
      {layers.map((layer) => (
        <LayerNote key={layer.title} layer={layer} engine={engine} />
      ))}
      {artifacts > 0 ? (
        <p class="dim">Signatures and attestations are kept ({artifacts}): they are about the image as it was.</p>
      ) : null}
    </div>
  );
}

function LayerNote({ layer, engine }: { readonly layer: ShiftedLayer; readonly engine: string }) {
  const { title, isSame, report } = layer;
  return (
    <div>
      <p class="dim">
        {title === "" ? "" : `${title}: `}
        {isSame
          ? "no owner changes, kept as it is"
          : `${report.headersShifted} of ${report.entries} entries shifted (${engine})`}
      </p>
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
