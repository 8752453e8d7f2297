import type { Engine } from "../../core/index.ts";
import { formatTriples, isAlike } from "../../formats/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { KINDS } from "./grants.ts";
import { judgeIds } from "./judge-ids.ts";
import type { Judgement, WhyFix } from "./judgement.ts";
import type { KnownTool } from "./tools.ts";

/** A file was to be given owners. */
export function judgeOwn(
  { call, path, uid, gid, errno }: Extract<Clue, { asks: "own" }>,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const isTold = uid !== null || gid !== null;
  const ids = isTold ? { uid, gid } : { uid: context.owner?.uid ?? null, gid: context.owner?.gid ?? null };
  const shown = (id: number | null) => (id === null ? "?" : String(id));
  return judgeIds(
    {
      asked: `${call}(${path === null ? "a file" : JSON.stringify(path)}, ${shown(ids.uid)}, ${shown(ids.gid)})`,
      errno,
      ids,
      kinds: KINDS,
      step: (of) => ({ call: "chown", path: "disk:file", uid: of.uid, gid: of.gid }),
      whichIds: {
        what: "which owner the file was to have",
        command:
          path === null ? "userns why … --owner UID:GID" : "userns why … --layer LAYER.tar   # or --owner UID:GID",
      },
      others: ownerFixes(tool, context),
    },
    tool,
    context,
    engine,
  );
}

function ownerFixes(tool: KnownTool, { layer, maps }: WhyContext): readonly WhyFix[] {
  const squash = maps && layer ? mapOptions(maps) : null;
  return [
    ...(squash === null
      ? []
      : [
          {
            what: "give to root, in the layer, what the map does not hold",
            lines: [`userns shift ${layer} OUT ${squash} --unmapped squash=0:0`],
            question: null,
          },
        ]),
    ...(tool.name === "tar"
      ? [
          {
            what: "leave the owners out: all files are then whose tar it is",
            lines: ["tar --no-same-owner -xf …"],
            question: null,
          },
        ]
      : []),
  ];
}

function mapOptions(maps: OwnerMaps): string {
  const gid = isAlike(maps) ? "" : ` --gid-map ${formatTriples(maps.gid)}`;
  return `--map ${formatTriples(maps.uid)}${gid}`;
}
