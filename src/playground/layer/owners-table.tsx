import { scaleSqrt } from "d3-scale";
import { mapDown, mapUp, NO_ID } from "../../core/index.ts";
import type { IdTally, ShiftMaps } from "../../shift/index.ts";
import { TableBox } from "../page/table-box.tsx";

interface Given {
  readonly ids: readonly IdTally[];
  /** Null where the map cannot be read. */
  readonly maps: ShiftMaps | null;
}

/** Ids that are listed; more would take the page long to draw. */
const MOST_LISTED = 300;

/** Every id of a layer: what it becomes, and a bar for how many entries it owns; one that the map lacks is hatched. */
export function OwnersTable({ ids, maps }: Given) {
  const most = Math.max(1, ...ids.map(({ owner }) => owner));
  // Of the square root: root owns nearly everything, and the others are to be seen too.
  const percent = scaleSqrt([0, most], [0, 100]);
  return (
    <TableBox name="Owners">
      <table class="owners">
        <thead>
          <tr>
            <th scope="col">id</th>
            <th scope="col">name</th>
            <th scope="col">becomes</th>
            <th scope="col" colSpan={2}>
              entries
            </th>
            <th scope="col">in ACLs</th>
            <th scope="col">example</th>
          </tr>
        </thead>
        <tbody>
          {ids.slice(0, MOST_LISTED).map((tally) => {
            const to = maps && becomes(tally, maps);
            return (
              <tr key={`${tally.kind} ${tally.id}`} class={to === NO_ID ? "is-unmapped" : ""}>
                <td>
                  {tally.kind} {tally.id}
                </td>
                <td>{tally.names.map(({ name }) => name).join(", ")}</td>
                <td>{to === null ? "" : to === NO_ID ? "not mapped" : to}</td>
                <td class="count">{tally.owner}</td>
                <td class="bar-cell">
                  {tally.owner === 0 ? null : <span class="bar" style={{ width: `${percent(tally.owner)}%` }} />}
                </td>
                <td>{tally.acl}</td>
                <td class="path">{tally.examples[0] ?? ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {ids.length > MOST_LISTED ? <p class="dim">and {ids.length - MOST_LISTED} more ids</p> : null}
    </TableBox>
  );
}

function becomes({ kind, id }: IdTally, { uids, gids, reverse }: ShiftMaps): number {
  const map = kind === "gid" ? gids : uids;
  return reverse ? mapUp(map, id) : mapDown(map, id);
}
