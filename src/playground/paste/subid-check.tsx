import { entriesOf, grantedRanges, intermediateMap, type SubidEntry, type SubidFile } from "../../formats/index.ts";
import { coveredAccounts, grantedIds, grantUses, reconcile } from "../../policy/index.ts";
import { attempt } from "../page/attempt.ts";
import { FaultNote } from "../page/fault-note.tsx";
import { rangeWords } from "../page/range-words.ts";
import { TableBox } from "../page/table-box.tsx";
import { ChainView } from "./chain-view.tsx";

interface Given {
  readonly file: SubidFile;
  readonly show: (part: string, state: unknown) => void;
}

/** The user whose map is drawn. */
const USER = 1000;

/** Lines of /etc/subuid or /etc/subgid: what each grants, what the tools pass over, and which ids two owners share. */
export function SubidCheck({ file, show }: Given) {
  const owner = entriesOf(file)[0]?.owner ?? "";
  const drawn = attempt(() => rootlessMap(file, owner));
  const findings = [...sharedBy(file), ...rootLines(file)];
  return (
    <>
      <section class="card">
        <h3>Lines of /etc/subuid or /etc/subgid</h3>
        <TableBox name="Lines">
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
        </TableBox>
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
  return range ? rangeWords(range) : "no id of 32 bits";
}

function rootlessMap(file: SubidFile, owner: string) {
  const uid = grantedRanges(file, owner);
  return intermediateMap({ name: owner, uid: USER, gid: USER, granted: { uid, gid: [] } }, "uid");
}

function sharedBy(file: SubidFile): string[] {
  const found = reconcile({ uses: grantUses(file, "uid"), claims: [], users: [], groups: [], now: 0 });
  return found.flatMap((finding) => {
    if (finding.code !== "overlap") return [];
    const { use, other, ids } = finding;
    const shared = ids.map(rangeWords).join(", ");
    return [`${use.where} and ${other.where}: ${use.owner} and ${other.owner} share ${shared}`];
  });
}

function rootLines(file: SubidFile): string[] {
  return coveredAccounts(file, "user", [{ name: "root", id: 0 }]).map(
    ({ where, entry }) => `${where}: ${entry.owner} is given the id of the host’s root`,
  );
}
