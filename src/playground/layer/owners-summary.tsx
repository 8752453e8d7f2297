import { archiveWords } from "../../explain/index.ts";
import { formatTriples } from "../../formats/index.ts";
import { fittingMaps, type ShiftMaps, unmappedIn } from "../../shift/index.ts";
import { distinctIds } from "./distinct-ids.ts";
import type { LayerState } from "./layer-state.ts";
import type { LookedAt } from "./messages.ts";

interface Given {
  readonly layers: readonly LookedAt[];
  readonly maps: ShiftMaps | null;
  readonly state: LayerState;
  readonly onChange: (state: LayerState) => void;
}

/** How many ids there are, whether the map holds them all, and the smallest one that does. */
export function OwnersSummary({ layers, maps, state, onChange }: Given) {
  const all = layers.map(({ owners }) => owners);
  const ids = distinctIds(all.map((owners) => owners.ids));
  const entries = all.reduce((sum, owners) => sum + owners.entries, 0);
  const unlisted = all.reduce((sum, owners) => sum + owners.unlisted, 0);
  const unmapped = maps ? unmappedIn(ids, maps) : [];
  const fit = maps ? fittingMaps(ids, maps, unlisted) : null;
  const fitting = fit?.uids && fit.gids ? { map: formatTriples(fit.uids), gidMap: formatTriples(fit.gids) } : null;
  const notes = new Set(all.flatMap((owners) => archiveWords(owners)));
  return (
    <div class="layer-summary">
      <p class={unmapped.length > 0 ? "answer is-no" : "answer is-yes"}>
        {layers.length > 1 ? `${layers.length} layers, ` : ""}
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
      {[...notes].map((note) => (
        <p key={note} class="dim">
          {note}
        </p>
      ))}
    </div>
  );
}
