import type { ShownNamespace, ShownTask, WorldView } from "../../explain/index.ts";
import { TableBox } from "../page/table-box.tsx";

interface Given {
  readonly world: WorldView;
  /** The world one call before; what differs from it is marked. */
  readonly before: WorldView | null;
}

/** The namespaces as a tree with the tasks in them, and the mounts and files, with kernel ids. */
export function WorldPanel({ world, before }: Given) {
  const root = world.namespaces.find(({ parent }) => parent === null);
  return (
    <div class="world">
      <section class="card">
        <h3>Namespaces and tasks</h3>
        <ul class="tree">{root ? <Branch namespace={root} world={world} before={before} /> : null}</ul>
      </section>
      <section class="card">
        <h3>Mounts</h3>
        <ul class="plain">
          {world.mounts.map((mount) => (
            <li key={mount.name} class={isSame(mount, before?.mounts) || !before ? "" : "is-new"}>
              <b>{mount.name}</b> {mount.name === mount.filesystem ? "" : `of ${mount.filesystem}, `}
              <span class="dim">
                {mount.type}, owned by {mount.owner}
              </span>
              {mount.idmap === null ? "" : `, idmapped as ${mount.idmap}`}
            </li>
          ))}
        </ul>
        {world.files.length > 0 ? (
          <TableBox name="Files">
            <table>
              <caption>Files, with the owners that the kernel holds</caption>
              <thead>
                <tr>
                  <th scope="col">path</th>
                  <th scope="col">owner</th>
                  <th scope="col">mode</th>
                </tr>
              </thead>
              <tbody>
                {world.files.map((file) => (
                  <tr key={file.path} class={isSame(file, before?.files) || !before ? "" : "is-new"}>
                    <td>
                      {file.path}
                      {file.type === "file" ? "" : <span class="dim"> {file.type}</span>}
                    </td>
                    <td>{file.owner}</td>
                    <td>{file.mode}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        ) : null}
      </section>
    </div>
  );
}

function isSame(one: object, among: readonly object[] | undefined): boolean {
  const text = JSON.stringify(one);
  return among?.some((other) => JSON.stringify(other) === text) ?? false;
}

function Branch({ namespace, world, before }: Given & { readonly namespace: ShownNamespace }) {
  const { name, number, maps, owner, level } = namespace;
  const tasks = world.tasks.filter((task) => task.namespace === name);
  const below = world.namespaces.filter(({ parent }) => parent === name);
  return (
    <li>
      <div class={!before || isSame(namespace, before.namespaces) ? "" : "is-new"}>
        <b>{name}</b>{" "}
        <span class="dim">
          {level === 0 ? "the initial namespace" : `made by ${owner}`}
          {number === 0 ? "" : `, isolated: its ids carry ${number}`}
        </span>
        {level === 0
          ? null
          : maps.map(({ file, lines }) => (
              <div key={file} class="map-line">
                <span class="dim">{file}</span> <span class="id">{lines.join(", ") || "not written"}</span>
              </div>
            ))}
      </div>
      {tasks.length + below.length > 0 ? (
        <ul>
          {tasks.map((task) => (
            <TaskLine key={task.name} task={task} isNew={before !== null && !isSame(task, before.tasks)} />
          ))}
          {below.map((inner) => (
            <Branch key={inner.name} namespace={inner} world={world} before={before} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function TaskLine({ task, isNew }: { readonly task: ShownTask; readonly isNew: boolean }) {
  const { name, uids, gids, caps, hasEnded } = task;
  return (
    <li class={isNew ? "task is-new" : "task"}>
      {name} <span class="id">{uids.join(" ")}</span> : <span class="id">{gids.join(" ")}</span>{" "}
      <span class="dim">
        {caps === "none" ? "no capability" : caps === "all" ? "all capabilities" : caps}
        {hasEnded ? ", ended" : ""}
      </span>
    </li>
  );
}
