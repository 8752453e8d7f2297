import { recogniseMessage, type ToolName, type WhyContext } from "../explain/index.ts";
import { parseLoginDefs } from "../formats/index.ts";
import { readHost } from "../live/index.ts";
import type { HostFiles } from "../policy/index.ts";
import { scanTar } from "../shift/index.ts";
import { usageFault } from "./fault.ts";
import { readOwner } from "./id-argument.ts";
import { openLayer } from "./layer-input.ts";
import { loadOwnerMaps } from "./map-option.ts";
import { readActingProcess } from "./pid-option.ts";
import { withProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { readGroup, readPasswd, readSubid } from "./tool-files.ts";
import { toolUser } from "./tool-user.ts";

/** What is known besides the line. */
export interface WhyOptions {
  readonly map?: string;
  readonly gidMap?: string;
  readonly pid?: string;
  readonly user?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly passwd?: string;
  readonly group?: string;
  readonly owner?: string;
  readonly layer?: string;
  readonly here?: true;
}

/** Read what the options name. @throws UsernsError ERR_USAGE, ERR_FILE, and what the readers throw */
export async function readWhyContext(
  text: string,
  options: WhyOptions,
  tool: ToolName | null,
  terminal: Terminal,
): Promise<WhyContext> {
  const host = options.here ? await readHost({ path: process.env.PATH ?? "" }) : null;
  const files = await readFiles(options, host?.files ?? null);
  const user =
    options.user === undefined
      ? null
      : toolUser(options.user, { uid: files?.subuid ?? null, gid: files?.subgid ?? null });
  return {
    ...(await readSpot(options)),
    user,
    files,
    owner: await readGivenOwner(text, options, terminal),
    layer: options.layer ?? null,
    host,
    tool,
  };
}

/** Where it happened: the maps, and the process. */
async function readSpot({ map, gidMap, pid }: WhyOptions): Promise<Pick<WhyContext, "maps" | "mapsName" | "process">> {
  if (pid !== undefined) {
    if (map !== undefined || gidMap !== undefined)
      throw usageFault(map === undefined ? "--gid-map" : "--map", "nothing beside --pid, which tells the maps", "both");
    const { maps, caps, setgroups, uid, gid, ...process } = readActingProcess(pid);
    return {
      maps,
      mapsName: `the map of process ${process.pid}`,
      process: { pid: process.pid, uid, gid, caps, setgroups },
    };
  }
  if (map === undefined) {
    if (gidMap !== undefined) throw usageFault("--map", "the map that --gid-map goes with", "none");
    return { maps: null, mapsName: "", process: null };
  }
  return { maps: await loadOwnerMaps(map, gidMap, "--map", "--gid-map"), mapsName: "the map", process: null };
}

async function readFiles(options: WhyOptions, here: HostFiles | null): Promise<HostFiles | null> {
  const { subuid, subgid = subuid, passwd, group } = options;
  const read = async <T>(path: string | undefined, from: (path: string) => Promise<T>, otherwise: T | null) =>
    path === undefined ? otherwise : await from(path);
  const files: HostFiles = {
    subuid: await read(subuid, readSubid, here?.subuid ?? null),
    subgid: await read(subgid, readSubid, here?.subgid ?? null),
    passwd: await read(passwd, readPasswd, here?.passwd ?? null),
    group: await read(group, readGroup, here?.group ?? null),
    loginDefs: here?.loginDefs ?? parseLoginDefs(""),
  };
  return files.subuid || files.subgid ? files : null;
}

async function readGivenOwner(
  text: string,
  { owner, layer }: WhyOptions,
  terminal: Terminal,
): Promise<WhyContext["owner"]> {
  if (owner !== undefined) return { ...readOwner(owner, "--owner"), from: "--owner" };
  const clue = recogniseMessage(text)?.clue;
  if (layer === undefined || clue?.asks !== "own" || clue.path === null) return null;
  const wanted = bare(clue.path);
  const input = await openLayer(layer, terminal);
  const found: { uid: number; gid: number }[] = [];
  await withProgress(input, terminal, () =>
    scanTar(input.tar, {
      name: input.where,
      onEntry: ({ path, uid, gid }) => {
        if (bare(path) === wanted) found.push({ uid, gid });
      },
    }),
  );
  const last = found.at(-1);
  return last ? { ...last, from: layer } : null;
}

/** A path as layers have it: without a slash or dot before or behind. */
function bare(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
}
