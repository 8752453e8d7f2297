import { compose, type IdMap, invert, type OwnerKind, writtenLine } from "../core/index.ts";
import { type MapPair, xMount } from "../formats/index.ts";
import { shellWord } from "./shell-word.ts";

/** One thing to do on a host: a line for sh, which needs nothing of the lines before it but what they left on the disk. */
export interface HostAction {
  /** Who does it: the caller himself, or root where he is. */
  readonly by: "caller" | "root";
  /** What it does, in words. */
  readonly does: string;
  readonly command: string;
}

/** The names that the actions use: everything stands beside the folder with the image's files. */
export interface ActionNames {
  /** The folder with the files, the caller's. */
  readonly files: string;
  readonly manifest: string;
}

const KINDS = ["uid", "gid"] as const;

/** `--acls` and `--xattrs` write capabilities too; inside a namespace Linux gives them the root id of that namespace. */
const UNPACK =
  "tar --extract --numeric-owner --same-owner --same-permissions --acls --xattrs --xattrs-include='*' --file -";

/** The layer of the image, in ids of the image: an ordinary user's to make. */
export function packLayer({ files, manifest }: ActionNames): HostAction {
  const [folder, tar, owners] = [files, `${files}.tar`, manifest].map(shellWord);
  return {
    by: "caller",
    does: "pack the files with their owners, in ids of the image",
    command: `userns pack ${folder} --manifest ${owners} -o ${tar}`,
  };
}

/** A process that keeps a namespace open, and whose number is left in a file. */
export function openNamespace(by: HostAction["by"], names: ActionNames): HostAction {
  const pid = shellWord(`${names.files}.pid`);
  // The file is opened outside, where whoever does this may write, and filled inside: then the namespace is there.
  return {
    by,
    does: "make a user namespace, kept open by a process",
    command: `rm -f -- ${pid}; unshare --user sh -c 'echo $$; exec sleep infinity >/dev/null' >${pid} 2>/dev/null </dev/null & until test -s ${pid}; do sleep 0.1; done`,
  };
}

/** The maps of that namespace: by the tools that look at /etc/subuid, or by whoever may write them himself. */
export function writeMaps(by: HostAction["by"], maps: MapPair, names: ActionNames): readonly HostAction[] {
  return KINDS.map((kind) => {
    const command =
      by === "root"
        ? mapFile(`${kind}_map`, maps[kind], names)
        : `new${kind}map ${pidOf(names)} ${maps[kind].extents.map(writtenLine).join(" ")}`;
    return { by, does: `map its ${WORDS[kind]}`, command };
  });
}

/** A map file of the namespace's process, written at once as the kernel wants it. */
export function mapFile(file: string, map: IdMap, names: ActionNames): string {
  const text = map.extents.map((extent) => `${writtenLine(extent)}\\n`).join("");
  // Some shells write a long text in pieces, of which Linux takes the first alone.
  return `printf '${text}' | dd bs=64K iflag=fullblock status=none of=/proc/${pidOf(names)}/${file}`;
}

/** Unpack the layer as the namespace's root, into a folder that is made for it by somebody who is nobody in there. */
export function unpackInside(names: ActionNames): readonly HostAction[] {
  const [placed, pid, tar] = [`${names.files}.placed`, baseOf(`${names.files}.pid`), baseOf(`${names.files}.tar`)].map(
    shellWord,
  );
  return [
    {
      by: "caller",
      does: "make a folder in which the namespace's root, who is a stranger to it, can make another",
      command: `mkdir -m 1777 -- ${placed}`,
    },
    {
      by: "caller",
      does: "unpack the layer as the namespace's root: Linux writes the ids of the map",
      command: `cd -- ${placed} && nsenter --user --target "$(cat ../${pid})" sh -c 'umask 077; mkdir tree && cd tree && exec ${quotedOnce(UNPACK)}' <../${tar}`,
    },
    { by: "caller", does: "let nobody else make anything there", command: `chmod 0755 -- ${placed}` },
  ];
}

/** The same by root, who can give the folder away. */
export function unpackInsideByRoot(disk: MapPair, names: ActionNames): readonly HostAction[] {
  const [tree, pid, tar] = [
    `${names.files}.placed/tree`,
    baseOf(`${names.files}.pid`),
    baseOf(`${names.files}.tar`),
  ].map(shellWord);
  const owner = KINDS.map((kind) => disk[kind].extents.find(({ first }) => first === 0)?.lowerFirst ?? 0).join(":");
  return [
    {
      by: "root",
      does: "make a folder that is the namespace's root's",
      command: `mkdir -p -- ${tree} && chown ${owner} -- ${tree}`,
    },
    {
      by: "root",
      does: "unpack the layer as the namespace's root: Linux writes the ids of the map",
      command: `cd -- ${tree} && nsenter --user --target "$(cat ../../${pid})" ${UNPACK} <../../${tar}`,
    },
  ];
}

/** Unpack the layer with the ids that it has, where no other user of the host comes to its programs. */
export function unpackAsItIs(names: ActionNames): readonly HostAction[] {
  const [placed, tree, tar] = [`${names.files}.placed`, `${names.files}.placed/tree`, `${names.files}.tar`].map(
    shellWord,
  );
  return [
    {
      by: "root",
      does: "make a folder that root alone may search: set-user-ID programs of the image are the host's root's in it",
      command: `mkdir -m 0700 -- ${placed} && mkdir -- ${tree}`,
    },
    {
      by: "root",
      does: "unpack the layer with the ids of the image",
      command: `${UNPACK} --directory ${tree} <${tar}`,
    },
  ];
}

/** A view of the placed files in which the ids on the disk are those of who runs them. */
export function mountView(disk: MapPair, run: MapPair, names: ActionNames): HostAction {
  const [tree, view] = [`${names.files}.placed/tree`, `${names.files}.view`].map(shellWord);
  const maps = { uid: compose(invert(disk.uid), run.uid), gid: compose(invert(disk.gid), run.gid) };
  const option = xMount.write?.(maps, { where: "map" })[0]?.text ?? "";
  return {
    by: "root",
    does: "mount the files so that the ids on the disk are seen as those that run (util-linux 2.39 or newer)",
    command: `mkdir -p -- ${view} && mount --bind -o ${option} -- ${tree} ${view}`,
  };
}

/** The namespace that root wrote the files in is of no more use. */
export function closeNamespace(names: ActionNames): HostAction {
  const pid = shellWord(`${names.files}.pid`);
  return { by: "root", does: "let the namespace go", command: `kill "$(cat ${pid})" && rm -- ${pid}` };
}

function pidOf(names: ActionNames): string {
  return `"$(cat ${shellWord(`${names.files}.pid`)})"`;
}

/** The name of a path in its folder. */
function baseOf(path: string): string {
  return path.replace(/^.*\//, "");
}

/** Inside a word in single quotes. */
function quotedOnce(text: string): string {
  return text.replaceAll("'", "'\\''");
}

const WORDS: Readonly<Record<OwnerKind, string>> = { uid: "users", gid: "groups" };
