import { mapDown, NO_ID, UsernsError } from "../core/index.ts";
import { type Capability, LINUX, type OwnerKind } from "../kernel/index.ts";
import { loadScenario, type Scenario, setupMap } from "../scenario/index.ts";
import { type MapQuestion, parentMap, type WrittenFile, writtenKinds } from "./map-question.ts";

/** Who wrote the maps that are written before, with all that it takes to write any. */
export const EARLIER = "earlier writer";
const EARLIER_CAPS: readonly Capability[] = ["setgid", "setuid", "sys_admin", "setfcap"];
const PARENT = "parent";
const NEW = "new";
/** Who reads the maps in force, and sees ids of the host. */
export const HOST = "@root";
export const MAP_FILES = ["uid_map", "gid_map", "fsuid_map", "fsgid_map"] as const satisfies readonly WrittenFile[];
const FSID_KERNEL = `${LINUX.name}+fsid`;

/**
 * The question as a scenario, which the model and a running kernel can both be asked.
 *
 * @throws UsernsError ERR_ID_RANGE when the parent's map does not hold the writer's ids, ERR_SCENARIO and what
 *         {@link idMap} throws for a parent that there cannot be
 */
export function mapScenario(question: MapQuestion): Scenario {
  const { parent, writer, from, written = [] } = question;
  const author = {
    ns: parent ? PARENT : "init",
    uid: kernelIdOf(question, "uid"),
    gid: kernelIdOf(question, "gid"),
    caps: writer.caps,
  };
  const by = from === "inside" ? "creator" : "writer";
  const write = (file: WrittenFile, text: string, task = by) => ({
    task,
    call: "map_write",
    ns: NEW,
    file,
    hex: hexOf(text),
  });
  const read = (file: WrittenFile) => ({ task: by, call: "map_read", ns: NEW, file });
  const maps = writtenKinds(question.texts).flatMap(([kind, text]) => [
    write(`${kind}_map`, text),
    read(`${kind}_map`),
  ]);
  const { fsTexts } = question;
  const fsMaps = writtenKinds(fsTexts ?? {}).flatMap(([kind, text]) => [
    write(`fs${kind}_map`, text),
    read(`fs${kind}_map`),
  ]);
  const inForce = fsTexts ? MAP_FILES.map((file) => ({ task: HOST, call: "map_read", ns: NEW, file })) : [];
  return loadScenario({
    version: 1,
    profile: fsTexts ? FSID_KERNEL : LINUX.name,
    setup: {
      namespaces: parent
        ? [
            {
              name: PARENT,
              parent: "init",
              owner: [0, 0],
              uid_map: setupMap(parent.uid),
              gid_map: setupMap(parent.gid),
            },
          ]
        : [],
      tasks: [
        { name: "creator", ...author },
        { name: "writer", ...author },
        ...(written.length === 0 ? [] : [{ name: EARLIER, ...author, caps: EARLIER_CAPS }]),
      ],
    },
    steps: [
      { task: "creator", call: "unshare_user", as: NEW },
      ...written.map((kind) => write(`${kind}_map`, `0 ${parent?.[kind][0]?.first ?? 0} 1`, EARLIER)),
      ...fsMaps,
      ...(question.setgroups === null ? [] : [write("setgroups", question.setgroups)]),
      ...maps,
      ...inForce,
    ],
  });
}

function kernelIdOf(question: MapQuestion, kind: OwnerKind): number {
  const id = question.writer[kind];
  const kernelId: number = mapDown(parentMap(question, kind), id);
  if (kernelId !== NO_ID) return kernelId;
  throw new UsernsError("ERR_ID_RANGE", {
    where: `writer's ${kind}`,
    expected: `an id that the parent's ${kind}_map holds: nobody else can make a namespace there`,
    got: String(id),
  });
}

function hexOf(text: string): string {
  return Array.from(text, (byte) => (byte.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")).join("");
}
