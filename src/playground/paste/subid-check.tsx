import { idMap, lastOf, overlapOf, type Range } from "../../core/index.ts";
import type { SubidEntry, SubidFile } from "../../formats/index.ts";
import { coveredAccounts, grantedIds } from "../../policy/index.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import { ChainView } from "./chain-view.tsx";

interface Given {
  readonly file: SubidFile;
  readonly show: (part: string, state: unknown) => void;
}

interface Granted {
  readonly line: number;
  readonly entry: SubidEntry;
  readonly range: Range | null;
}

/** The user whose map is drawn. */
const USER = 1000;

/** Lines of /etc/subuid or /etc/subgid: what each grants, what the tools pass over, and which ids two owners share. */
export function SubidCheck({ file, show }: Given) {
  const granted = file.lines.flatMap(({ line, entry }): Granted[] =>
    entry && line !== null ? [{ line, entry, range: grantedIds(entry) }] : [],
  );
  const owner = granted[0]?.entry.owner ?? "";
  const drawn = attempt(() => rootlessMap(granted.filter(({ entry }) => entry.owner === owner)));
  const findings = [...sharedBy(granted), ...rootLines(file)];
  return (
    <>
      <section class="card">
        <h3>Lines of /etc/subuid or /etc/subgid</h3>
        <div class="table-box">
          <table>
            <thead>
              <tr>
                <th scope="col">line</th>
                <th scope="col">owner</th>
                <th scope="col">grants</th>
              </tr>
            </thead>
            <tbody>
              {file.lines.map(({ line, entry, fault, text }) =>
                entry || fault ? (
                  <tr key={line ?? text} class={fault ? "is-no-text" : ""}>
                    <td>{line}</td>
                    <td>{entry?.owner ?? text}</td>
                    <td>{fault ? `passed over: ${fault}` : entry ? grantText(entry) : ""}</td>
                  </tr>
                ) : null,
              )}
            </tbody>
          </table>
        </div>
        {findings.length === 0 ? (
          <p class="answer is-yes">
            <strong>no two owners share an id</strong>
          </p>
        ) : (
          findings.map((finding) => (
            <p key={finding} class="is-no-text">
              {finding}
            </p>
          ))
        )}
      </section>
      <h3>
        The map that rootless tools make of it, for {owner} with uid {USER}
      </h3>
      {drawn.fault ? <FaultNote fault={drawn.fault} /> : <ChainView map={drawn.value} show={show} />}
    </>
  );
}

function grantText(entry: SubidEntry): string {
  const range = grantedIds(entry);
  return range ? `${range.first} to ${lastOf(range)}` : "no id of 32 bits";
}

/** The own id as 0, then every range behind the one before. */
function rootlessMap(granted: readonly Granted[]) {
  let first = 1;
  const extents = [{ first: 0, lowerFirst: USER, count: 1 }];
  for (const { range } of granted) {
    if (!range) continue;
    extents.push({ first, lowerFirst: range.first, count: range.count });
    first += range.count;
  }
  return idMap(extents, { where: "the map" });
}

function sharedBy(granted: readonly Granted[]): string[] {
  return granted.flatMap((one, index) =>
    granted.slice(index + 1).flatMap((other) => {
      const shared = one.range && other.range && overlapOf(one.range, other.range);
      if (!shared || one.entry.owner === other.entry.owner) return [];
      return [
        `lines ${one.line} and ${other.line}: ${one.entry.owner} and ${other.entry.owner} share ${shared.first} to ${lastOf(shared)}`,
      ];
    }),
  );
}

function rootLines(file: SubidFile): string[] {
  return coveredAccounts(file, "user", [{ name: "root", id: 0 }]).map(
    ({ where, entry }) => `${where}: ${entry.owner} is given the id of the host’s root`,
  );
}
