/** Random maps, written by random writers into namespaces that have none yet. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const often = <T, U>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: other });

const RANGES = [
  [0, 100000, 1000],
  [1000, 0, 2],
  [2000, 1000, 1],
];
/** P is written, A below it and T beside it are not; setgroups of D was denied before. */
const NAMESPACES = fc
  .record({
    uid: fc.boolean(),
    deny: among("allow", "deny"),
    caps: among("all", "none"),
    owner: among(0, 1000, 100000),
  })
  .map(({ uid, deny, caps, owner }) => [
    { name: "P", parent: "init", owner: [1000, 1000], uid_map: RANGES, gid_map: RANGES },
    {
      name: "A",
      parent: "P",
      owner: [owner, owner],
      uid_map: uid ? [[0, 0, 5]] : null,
      gid_map: null,
      creator_caps: caps,
    },
    {
      name: "T",
      parent: "init",
      owner: [owner, owner],
      uid_map: null,
      gid_map: null,
      creator_caps: caps,
      ...(deny === "deny" ? { setgroups: deny } : {}),
    },
  ]);

const id = among(0, 1000, 100000, 100001, 300000);
const CAPS = ["dac_override", "setfcap", "setgid", "setuid", "sys_admin"];
const taskNamed = (name: string) =>
  fc.record({
    name: fc.constant(name),
    ns: among("init", "P", "A", "T"),
    uid: often(id, fc.tuple(id, id, id, id)),
    gid: often(id, fc.tuple(id, id, id, id)),
    caps: fc.subarray(CAPS),
  });

const first = often(among(0, 1, 2, 5, 999, 1000, 1001, 2000), among(4294967290, 4294967295, 99999));
const count = often(among(1, 2, 5, 1000), among(0, 65536, 4294967295, 4294967296));
const line = fc.tuple(first, first, count).map((numbers) => numbers.join(" "));
const blank = among(" ", "  ", "\t", "");
const text = fc
  .tuple(
    fc.array(
      often(
        line,
        line.map((whole) => ` ${whole} `),
      ),
      { minLength: 1, maxLength: 8 },
    ),
    among("\n", "\n", "", "\n\n", "\0", " x"),
  )
  .map(([lines, end]) => lines.join("\n") + end);
/** One line: what an ordinary owner may write. */
const own = fc
  .tuple(first, among(0, 1, 1000, 1001, 100000), among(1, 1, 1, 2), blank)
  .map(([a, b, n, after]) => `${a} ${b} ${n}${after}`);

const p = among("p", "q", "@root");
const ns = among("A", "T", "P", "self");
const file = among("uid_map", "gid_map", "projid_map");
const acc = among("r", "w", "rw");
const write = (rest: { readonly [key: string]: fc.Arbitrary<unknown> }) =>
  fc.record({ p, call: fc.constant("map_write"), ns, ...rest });
const written = fc.oneof(text, own, own);
const step = fc.oneof(
  { weight: 6, arbitrary: write({ file, text: written }) },
  { weight: 1, arbitrary: write({ file, text: written, acc, offset: among(0, 1) }) },
  { weight: 1, arbitrary: write({ file, text: written, acc, lseek: among(0, 1) }) },
  {
    weight: 2,
    arbitrary: write({
      file: fc.constant("setgroups"),
      text: among("deny", "allow", "deny\n", "allow ", "denyx", "den", "", "deny\0", "allow\n\n"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      p,
      call: fc.constant("map_read"),
      ns,
      file: among("uid_map", "gid_map", "projid_map", "setgroups"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ p, call: fc.constant("setns"), ns: among("A", "T", "P", "init") }) },
  { weight: 1, arbitrary: fc.record({ p, call: among("getuid", "creds", "unshare_user") }) },
  { weight: 1, arbitrary: fc.record({ p, call: fc.constant("setgroups"), groups: fc.subarray([0, 1, 1000]) }) },
);
const AFTER = ["A", "T"].flatMap((name) =>
  ["uid_map", "gid_map", "projid_map", "setgroups"].map((of) => ({ p: "@root", call: "map_read", ns: name, file: of })),
);

export const MAP_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    ns: NAMESPACES,
    procs: fc.tuple(taskNamed("p"), taskNamed("q")),
    op: fc.array(step, { minLength: 6, maxLength: 16 }),
  })
  .map(({ ns, procs, op }) => ({ setup: { ns, procs }, op: [...op, ...AFTER] }));
