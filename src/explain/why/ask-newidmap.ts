import type { Engine, Extent, OwnerKind } from "../../core/index.ts";
import { parsePasswd, parseSubid, type ToolUser } from "../../formats/index.ts";
import { askNewIdMap, type HostFiles, type NewIdMapExplained } from "../../policy/index.ts";

/**
 * Ask newuidmap (newgidmap), which a user's tools call, for the lines of a map in a new namespace of the user.
 *
 * @param user   one of number 1000 where it is not known who
 * @param files  null: nothing is granted
 */
export function askForUser(
  kind: OwnerKind,
  request: readonly Extent[],
  user: Pick<ToolUser, "name" | "uid" | "gid"> | null,
  files: HostFiles | null,
  engine: Engine,
): NewIdMapExplained {
  const { name, uid, gid } = user ?? { name: "who", uid: 1000, gid: 1000 };
  return askNewIdMap(
    {
      kind,
      caller: { uid, gid },
      files: {
        passwd: parsePasswd(`${name}:x:${uid}:${gid}:::\n`),
        subuid: files?.subuid ?? parseSubid(""),
        subgid: files?.subgid ?? parseSubid("", "/etc/subgid"),
      },
      group: null,
      target: null,
      args: request.flatMap(({ first, lowerFirst, count }) => [first, lowerFirst, count].map(String)),
    },
    engine,
  );
}
