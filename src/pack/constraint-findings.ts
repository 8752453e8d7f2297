import { GROUP_EXEC, SETGID, SETUID } from "../kernel/index.ts";
import type { Manifest, ManifestEntry } from "../manifest/index.ts";
import type { Finding, FindingKind } from "./finding.ts";
import type { Person } from "./people.ts";
import type { AllowedIds, Constraints } from "./policy.ts";
import { Writer } from "./writers.ts";

/** Every way in which a tree breaks the constraints of a policy. */
export function constraintFindings(manifest: Manifest, constraints: Constraints): Finding[] {
  return [
    ...manifest.entries.flatMap((entry) => entryFindings(entry, constraints)),
    ...writableFindings(manifest, constraints),
    ...separationFindings(manifest, constraints),
  ];
}

/** What an entry by itself breaks. */
function entryFindings(entry: ManifestEntry, constraints: Constraints): Finding[] {
  const { path, type, mode, uid, gid, acls, capability } = entry;
  const found: Finding[] = [];
  const broken = (kind: FindingKind, where: string, says: string): void => {
    found.push({ kind, isBroken: true, where, path, says });
  };
  const allow = (ids: AllowedIds | null, id: number, kind: FindingKind, what: string): void => {
    if (ids && !ids.has(id)) broken(kind, ids.where, `${what} ${id}; allowed: ${ids.text}`);
  };
  const [uids, gids] = [new Set<number>([uid]), new Set<number>([gid])];
  for (const acl of [acls.access, acls.default])
    for (const { tag, id } of acl ?? []) if (id !== null) (tag === "user" ? uids : gids).add(id);
  if (capability?.version === 3) uids.add(capability.rootId);
  const { highestId } = constraints;
  for (const id of new Set([...uids, ...gids]))
    if (highestId && id > highestId.id) broken("highest-id", highestId.where, `id ${id} is above ${highestId.id}`);
  for (const id of uids) allow(constraints.users, id, "owner", "it has user");
  for (const id of gids) allow(constraints.groups, id, "owner", "it has group");
  if (type === "file" && mode & SETUID) allow(constraints.setuid, uid, "setuid", "it is a setuid program of user");
  if (type === "file" && mode & SETGID && mode & GROUP_EXEC)
    allow(constraints.setgid, gid, "setgid", "it is a setgid program of group");
  const { capabilities } = constraints;
  if (capability && capabilities && !capabilities.paths.has(path))
    broken("capability", capabilities.where, `it has capabilities; allowed: ${capabilities.paths.globs.join(", ")}`);
  return found;
}

function writableFindings(manifest: Manifest, { notWritable }: Constraints): Finding[] {
  return notWritable.flatMap(({ where, paths, by }) =>
    by.flatMap((person) => {
      const writer = new Writer(person, manifest);
      return manifest.entries.flatMap((entry): Finding[] => {
        const way = paths.has(entry.path) ? writer.wayTo(entry) : null;
        return way === null
          ? []
          : [{ kind: "writable", isBroken: true, where, path: entry.path, says: `${person.name} ${way}` }];
      });
    }),
  );
}

function separationFindings(manifest: Manifest, { separate }: Constraints): Finding[] {
  return separate.flatMap(({ where, people, outside }) => {
    const writers = people.map((person): readonly [Person, Writer] => [person, new Writer(person, manifest)]);
    return manifest.entries.flatMap((entry): Finding[] => {
      if (entry.type !== "file" || outside.has(entry.path)) return [];
      const ways = writers.flatMap(([{ name }, writer]) => {
        const way = writer.wayTo(entry);
        return way === null ? [] : [`${name} ${way}`];
      });
      return ways.length < 2
        ? []
        : [{ kind: "separation", isBroken: true, where, path: entry.path, says: ways.join(", ") }];
    });
  });
}
