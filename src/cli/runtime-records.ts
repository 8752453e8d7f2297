import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type IdRecord, incusRecords, lxcRecord, podRecord, storageRecords } from "../formats/index.ts";
import { type IdUse, type KnownAccounts, layersUse, recordUse } from "../policy/index.ts";
import { fileFault } from "./fault.ts";
import { readText, readTextIfThere } from "./text-file.ts";

/** A runtime whose records are read, and where it keeps them. */
export interface RuntimeRecords {
  /** Its option: `--podman`. */
  readonly name: "podman" | "kubelet" | "lxc" | "incus";
  readonly what: string;
  /** Where they are on a host; null where they have to be printed first. */
  readonly usual: string | null;
  /** @throws UsernsError ERR_FILE, ERR_MAP_TEXT, ERR_ID_RANGE */
  readonly read: (path: string, accounts: KnownAccounts) => Promise<readonly IdUse[]>;
}

export const RUNTIMES: readonly RuntimeRecords[] = [
  {
    name: "podman",
    what: "containers and layers of Podman, Buildah and CRI-O",
    usual: "/var/lib/containers/storage",
    read: readStorage,
  },
  { name: "kubelet", what: "pods of the kubelet", usual: "/var/lib/kubelet", read: readKubelet },
  { name: "lxc", what: "containers of LXC", usual: "/var/lib/lxc", read: readLxc },
  {
    name: "incus",
    what: "what incus list --format json prints, or lxc of LXD",
    usual: null,
    read: async (path, accounts) => asUses(incusRecords(await readText(path, "utf8"), path), accounts),
  },
];

const asUses = (records: readonly IdRecord[], accounts: KnownAccounts): readonly IdUse[] =>
  records.map((record) => recordUse(record, accounts));

/** Which driver keeps the layers is in the names of the folders: `overlay-containers`. */
async function readStorage(folder: string, accounts: KnownAccounts): Promise<readonly IdUse[]> {
  const read = async (what: "container" | "layer") => {
    const folders = (await names(folder)).filter((name) => name.endsWith(`-${what}s`));
    const files = folders.flatMap((name) =>
      ["", "volatile-"].map((kind) => join(folder, name, `${kind}${what}s.json`)),
    );
    const texts = await Promise.all(files.map(async (path) => ({ path, text: await readTextIfThere(path, "utf8") })));
    return texts.flatMap(({ path, text }) => (text === null ? [] : storageRecords(text, path, what)));
  };
  const containers = asUses(await read("container"), accounts);
  const layers = layersUse(await read("layer"), containers, accounts);
  return layers ? [...containers, layers] : containers;
}

async function readKubelet(folder: string, accounts: KnownAccounts): Promise<readonly IdUse[]> {
  const pods = join(folder, "pods");
  const records = await eachFile(pods, "userns", podRecord);
  return asUses(records, accounts);
}

async function readLxc(folder: string, accounts: KnownAccounts): Promise<readonly IdUse[]> {
  return asUses(await eachFile(folder, "config", lxcRecord), accounts);
}

/** The file of that name in each folder below, where it has one. */
async function eachFile(
  folder: string,
  file: string,
  read: (text: string, where: string, name: string) => IdRecord | null,
): Promise<readonly IdRecord[]> {
  const records: IdRecord[] = [];
  for (const name of await names(folder)) {
    const path = join(folder, name, file);
    const text = await readTextIfThere(path, "utf8");
    const record = text === null ? null : read(text, path, name);
    if (record) records.push(record);
  }
  return records;
}

async function names(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw fileFault(error, folder, "a folder that can be read");
  }
}
