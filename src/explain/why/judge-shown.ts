import { type Engine, idMap, NO_ID } from "../../core/index.ts";
import { podmanVolume, xMount } from "../../formats/index.ts";
import { askFile } from "../file-answer.ts";
import type { FileQuestion } from "../file-question.ts";
import { type FileFix, repairFile } from "../file-repair.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { type Judgement, type Missing, untold, type WhyFix } from "./judgement.ts";
import { rootWrites } from "./model-answers.ts";
import type { KnownTool } from "./tools.ts";

/** An owner is shown as nobody. */
export function judgeShown(
  { path }: Extract<Clue, { asks: "shown" }>,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const asked = `stat(${path === null ? "a file" : JSON.stringify(path)})`;
  const { maps, owner } = context;
  const missing: readonly Missing[] = [
    ...(maps ? [] : [{ what: "the maps of the namespace (--map or --pid)", command: tool.shows }]),
    ...(owner
      ? []
      : [{ what: "who owns it outside", command: `stat -c '%u:%g' ${path ?? "PATH"}   # on the host; then --owner` }]),
  ];
  if (!maps || !owner)
    return untold(asked, missing, {
      found: ["65534 is what is shown for an owner that has no number inside; it may also be nobody itself"],
    });
  const question: FileQuestion = {
    ask: "stat",
    namespaces: [maps],
    fsMaps: null,
    mount: null,
    filesystem: null,
    isNosuid: false,
    task: {
      uid: maps.uid.byFirst[0]?.first ?? NO_ID,
      gid: maps.gid.byFirst[0]?.first ?? NO_ID,
      groups: [],
      caps: [],
      noNewPrivs: false,
    },
    directory: { uid: 0, gid: 0, mode: 0o755 },
    file: { uid: owner.uid, gid: owner.gid, mode: 0o644, type: "file", caps: null },
    to: { uid: null, gid: null },
    toMode: 0,
  };
  const answer = askFile(question, engine);
  const found = answer.ways
    .filter(({ from }) => from.startsWith("k"))
    .flatMap(({ kind, from, steps }) => steps.map(({ to, why }) => `${kind} ${from} → ${to}: ${why}`));
  if (answer.ok)
    return untold(
      asked,
      [
        {
          what: "how the mount is idmapped: these maps have numbers for the owner",
          command: `userns explain ${path ?? "PATH"} --pid PID`,
        },
      ],
      { found },
    );
  return {
    asked,
    cause: `${context.mapsName} has no number for ${answer.lacks.map((lack) => lack.replace(/^a number for the (.)id$/, (_, letter: string) => `${letter}id ${letter === "u" ? owner.uid : owner.gid}`)).join(" and ")}`,
    rule: null,
    found,
    missing: [],
    fixes: repairFile(question, engine).flatMap((fix) => shownFix(fix, tool)),
  };
}

function shownFix({ changes, question }: FileFix, tool: KnownTool): readonly WhyFix[] {
  const what = changes.map(({ text }) => text).join(", and ");
  const { mount, namespaces } = question;
  if (!mount) {
    const [maps] = namespaces;
    const isLine = changes.some(({ what: kind }) => kind === "map-line");
    return [{ what, lines: [], question: isLine && maps ? rootWrites(maps) : null }];
  }
  const format = tool.format.name === "podman" ? podmanVolume : xMount;
  const maps = { uid: idMap<"uid">(mount.uid.extents), gid: idMap<"gid">(mount.gid.extents) };
  const lines = format.write?.(maps, { where: format.name }) ?? [];
  return [
    {
      what: `an idmapped mount (${format.title})`,
      lines: lines.map(({ text }) => text.trimEnd()),
      question: rootWrites(maps),
    },
  ];
}
