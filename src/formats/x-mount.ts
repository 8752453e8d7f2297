import { colons, KIND_LETTERS, readKindColons } from "./colon-line.ts";
import { behind, type Field, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { kindLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import { unquoted } from "./options.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = 'X-mount.idmap="u:1005:101000:1 g:1005:101000:1"';
const EXPECTED = "u:, g: or b:, then disk:shown:count, as in b:0:100000:65536";
const KEY = /(?:^|[\s,])X-mount\.idmap=/;

/** What util-linux really does with the numbers. */
export const X_MOUNT_NOTE =
  "X-mount.idmap: the id on disk comes first, then the one it is shown as. mount(8) says the reverse; Linux 6.18 with libmount was asked, and this is what they do";

/**
 * `X-mount.idmap` of mount(8) and fstab: ids on disk, and the host ids that they are shown as. Blanks part the lines, `\040`
 * in fstab.
 *
 * @source libmount, asked on Linux 6.18: vectors/peers/util-linux.json (x_mount_idmap.show); mount(8) has it the other way
 */
export const xMount: MapFormat = {
  name: "mount",
  title: "X-mount.idmap of mount(8)",
  example: EXAMPLE,
  target: {
    maps: "mount",
    limits: [{ limit: "both", source: "Linux has no idmapped mount of one kind" }, KERNEL_LINES],
  },
  recognises: (text) => KEY.test(text),
  parse: (text, { where }) => mapsOfLines(xMountLines(text, where), where, EXAMPLE, [X_MOUNT_NOTE]),
  write: (maps) => [
    {
      kind: "both",
      text: `X-mount.idmap="${kindLines(maps)
        .map(({ kind, extent }) => `${kind[0]}:${colons(extent)}`)
        .join(" ")}"`,
    },
  ],
};

/**
 * The lines of the option's value, with its key or without.
 *
 * @throws UsernsError with `where:line:column`; ERR_MAP_TEXT for the path of a namespace: its maps are elsewhere
 * @example xMountLines("u:1000:0:1 5000:1000:2").map(({ kind }) => kind) // ["uid", "both"]
 */
export function xMountLines(text: string, where = "X-mount.idmap"): readonly MapLine[] {
  const value = valueIn(text);
  if (userNamespaceFile(value.text) !== null)
    throw textFault(value, where, "lines of a map: those of a namespace are in its process's uid_map and gid_map");
  const words = Array.from(
    value.text.matchAll(/(?:\\040|\s)*((?:(?!\\040)\S)+)/g),
    ({ 0: all, 1: word = "", index }) => {
      return behind({ ...value, text: value.text.slice(0, index + all.length) }, index + all.length - word.length);
    },
  );
  return words.map((word) => readKindColons(word, where, KIND_LETTERS, "both", EXPECTED));
}

/** The file of a user namespace that a value names instead of lines; null where it gives lines. */
export function userNamespaceFile(value: string): string | null {
  return value.startsWith("/") ? value : null;
}

function valueIn(text: string): Field {
  const key = KEY.exec(text);
  const whole: Field = { text, line: 1, column: 1 };
  if (!key) return trimmed(whole);
  const rest = behind(whole, key.index + key[0].length);
  const quote = rest.text[0];
  // A line of fstab ends the option at a blank; an option by itself may have blanks in it.
  const isOneOfMany = text.slice(0, key.index).trim() !== "";
  const end =
    quote === '"' || quote === "'"
      ? rest.text.indexOf(quote, 1) + 1
      : rest.text.search(isOneOfMany ? /[\s,]|$/ : /,|$/);
  return trimmed(unquoted({ ...rest, text: end > 0 ? rest.text.slice(0, end) : rest.text }));
}

function trimmed(field: Field): Field {
  const blanks = field.text.length - field.text.trimStart().length;
  return { ...behind(field, blanks), text: field.text.trim() };
}
