import { useMemo } from "preact/hooks";
import { type Extent, lowerOf, MAX_ID } from "../../core/index.ts";
import { addNumbers, setNumber } from "../../source/index.ts";
import { LinesDrawing } from "../flow/lines-drawing.tsx";
import { rangeWords } from "../page/range-words.ts";
import { setupMaps } from "./setup-maps.ts";

interface Given {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** The maps that a scenario begins with, as ribbons whose ends can be dragged; what is dragged is written into the text. */
export function MapHandles({ text, onChange }: Given) {
  const maps = useMemo(() => setupMaps(text), [text]);
  if (maps.length === 0) return null;
  return (
    <section class="card scenario-maps">
      <h3>Maps at the beginning</h3>
      <p class="dim">
        Drag the end of a line, or move it by the arrow keys, Page Up and Page Down, Home and End: the text follows.
      </p>
      {maps.map(({ name, file, path, lines }) => {
        const setCount = (index: number, count: number) => onChange(setNumber(text, [...path, index, 2], count));
        return (
          <fieldset key={path.join(".")} class="handles">
            <legend>
              {file} of {name}
            </legend>
            {lines.length === 0 ? null : <LinesDrawing name={`${file} of ${name}`} lines={lines} onCount={setCount} />}
            {lines.map((line, index) => (
              <CountField
                key={`${index}`}
                line={line}
                label={`count of line ${index + 1}, ${file} of ${name}`}
                onCount={(count) => setCount(index, count)}
              />
            ))}
            <button type="button" onClick={() => onChange(addNumbers(text, path, nextLine(lines)))}>
              Add a line
            </button>
          </fieldset>
        );
      })}
    </section>
  );
}

interface CountGiven {
  readonly line: Extent;
  readonly label: string;
  readonly onCount: (count: number) => void;
}

/** A line in numbers; how many ids it holds can be typed. */
function CountField({ line, label, onCount }: CountGiven) {
  const most = MAX_ID - Math.max(line.first, line.lowerFirst) + 1;
  return (
    <div class="handle">
      <span class="id">{`${rangeWords(line)} → ${rangeWords(lowerOf(line))}`}</span>
      <input
        type="number"
        aria-label={label}
        min={1}
        max={most}
        value={line.count}
        onInput={(event) => {
          const wanted = event.currentTarget.valueAsNumber;
          if (Number.isInteger(wanted) && wanted >= 1 && wanted <= most) onCount(wanted);
        }}
      />
    </div>
  );
}

/** A line that begins behind all others, on both sides. */
function nextLine(lines: readonly Extent[]): readonly number[] {
  const behind = (side: "first" | "lowerFirst") => Math.max(0, ...lines.map((line) => line[side] + line.count));
  return [behind("first"), behind("lowerFirst"), 1];
}
