import { join } from "node:path";
import { showExtent } from "../core/index.ts";
import { findingLines, hang } from "../explain/index.ts";
import {
  FSID_CHECK_ORDER,
  FSID_TOOL,
  type FsidLineGround,
  type MappedKind,
  type NewFsidMapAnswer,
} from "../policy/index.ts";

const head = (word: string): string => `  ${word.padEnd(10)}`;

/**
 * An answer of newfsuidmap or newfsgidmap as lines: what it says, why each line may be written, the rule that decided,
 * what is to be written and where, and the mount that does the same.
 *
 * @param folder     the /proc directory of the target
 * @param isWritten  was it written, or would it be?
 */
export function fsidText(
  kind: MappedKind,
  told: NewFsidMapAnswer,
  toDo: readonly string[],
  folder: string,
  isWritten: boolean,
): readonly string[] {
  const refused = `refused by check ${told.check} of ${FSID_CHECK_ORDER.length} (exit ${told.exit})`;
  const isMirrored = told.exit === 0 && told.map.length === 0;
  return [
    `${FSID_TOOL[kind]}: ${told.exit === 0 ? "allowed (exit 0)" : refused}`,
    ...told.grounds.flatMap((ground) => hang(`  ${showExtent(ground.extent)}  `, groundText(kind, ground))),
    ...hang(head("rule"), told.rule.sentence),
    ...hang(head("from"), told.rule.source),
    ...faultLines(told),
    ...(told.kernel ? hang(head("kernel"), `${told.kernel.errno}: ${told.kernel.because}`) : []),
    ...told.written.flatMap(({ file, text }) => writtenLines(join(folder, file), text, isWritten)),
    ...(told.written.length > 0 ? hang(head("order"), `before ${kind}_map, which would fill it by itself`) : []),
    ...(isMirrored ? hang(head("write"), `nothing: whoever writes ${kind}_map fills fs${kind}_map too`) : []),
    ...findingLines(told.findings, head),
    ...mountLines(told),
    ...toDo.flatMap((line) => hang(head("to do"), line)),
  ];
}

function groundText(kind: MappedKind, { isOwnId, places }: FsidLineGround): string {
  if (places.length > 0) return `granted by ${places.join(", ")}`;
  return isOwnId ? `the caller's own ${kind}` : "not granted";
}

function faultLines({ manifestFault }: NewFsidMapAnswer): readonly string[] {
  if (!manifestFault) return [];
  const { where, expected, got } = manifestFault;
  return [...hang(head("where"), where), ...hang(head("expected"), expected), ...hang(head("got"), got)];
}

function writtenLines(path: string, text: string, isWritten: boolean): readonly string[] {
  const [first = "", ...rest] = text.trimEnd().split("\n");
  const word = isWritten ? "wrote" : "write";
  return [...hang(head(word), `${path}:`), ...[first, ...rest].map((line) => `${head("")}  ${line}`)];
}

function mountLines({ exit, mount }: NewFsidMapAnswer): readonly string[] {
  if (exit !== 0 || !mount || mount.length === 0) return [];
  return hang(
    head("better"),
    `mount the image with the id map ${mount.map(showExtent).join(",")}: that holds for the image alone, and Linux has it`,
  );
}

/** The checks in their order, each with its source. */
export function fsidChecksText(): readonly string[] {
  return FSID_CHECK_ORDER.flatMap(({ sentence, source }, index) => [
    ...hang(`${String(index + 1).padStart(2)}  `, sentence),
    ...hang("    from ", source),
  ]);
}
