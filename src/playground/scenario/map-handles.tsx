import { lastOf, MAX_ID } from "../../core/index.ts";
import type { Scenario } from "../../scenario/index.ts";
import { addNumbers, setNumber } from "../../source/index.ts";
import { type SetupLine, setupMaps } from "./setup-maps.ts";

interface Given {
  readonly scenario: Scenario;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Positions of a handle: so many to each power of two. */
const FINE = 64;

/** The maps that a scenario begins with, each line a bar whose end can be dragged; what is dragged is written into the text. */
export function MapHandles({ scenario, text, onChange }: Given) {
  const maps = setupMaps(scenario);
  if (maps.length === 0) return null;
  return (
    <section class="card">
      <h3>Maps at the beginning</h3>
      <p class="dim">Drag the end of a line, or add one: the text follows.</p>
      {maps.map(({ name, file, path, lines }) => (
        <fieldset key={path.join(".")} class="handles">
          <legend>
            {file} of {name}
          </legend>
          {lines.map((line, index) => (
            <Handle
              key={`${index}`}
              line={line}
              label={`count of line ${index + 1}, ${file} of ${name}`}
              onCount={(count) => onChange(setNumber(text, [...path, index, 2], count))}
            />
          ))}
          <button type="button" onClick={() => onChange(addNumbers(text, path, nextLine(lines)))}>
            Add a line
          </button>
        </fieldset>
      ))}
    </section>
  );
}

interface HandleGiven {
  readonly line: SetupLine;
  readonly label: string;
  readonly onCount: (count: number) => void;
}

function Handle({ line, label, onCount }: HandleGiven) {
  const { first, lowerFirst, count } = line;
  const most = MAX_ID - Math.max(first, lowerFirst);
  const set = (wanted: number) => {
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= most) onCount(wanted);
  };
  return (
    <div class="handle">
      <span class="id">{`${rangeText(first, count)} → ${rangeText(lowerFirst, count)}`}</span>
      <input
        type="range"
        aria-label={`end by powers of two: ${label}`}
        min={0}
        max={Math.floor(Math.log2(most) * FINE)}
        value={Math.round(Math.log2(count) * FINE)}
        onInput={(event) => set(Math.round(2 ** (event.currentTarget.valueAsNumber / FINE)))}
      />
      <input
        type="number"
        aria-label={label}
        min={1}
        max={most}
        value={count}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function rangeText(first: number, count: number): string {
  return count === 1 ? `${first}` : `${first} – ${lastOf({ first, count })}`;
}

/** A line that begins behind all others, on both sides. */
function nextLine(lines: readonly SetupLine[]): readonly number[] {
  const behind = (side: "first" | "lowerFirst") => Math.max(0, ...lines.map((line) => line[side] + line.count));
  return [behind("first"), behind("lowerFirst"), 1];
}
