/** What usermod of shadow 4.13 (Debian 1:4.13+dfsg1-1+deb12u2) made of a subuid file, recorded with `usermod -P`. */
export interface UsermodRun {
  readonly before: readonly string[];
  /** In the order in which usermod does them: what is taken first, and of several options the last one first. */
  readonly edits: readonly { readonly option: "-v" | "-V"; readonly from: bigint; readonly to: bigint }[];
  readonly after: readonly string[];
}

const FILE = ["root:1:5", "foo:100000:10000", "# c", "bar:5:5", "foo:200000:10000", "bad line"];
const TWINS = ["foo:100000:10000", "foo:100000:10000", "1000:100000:10000"];

const run = (before: readonly string[], texts: readonly string[], after: readonly string[]): UsermodRun => ({
  before,
  edits: texts.map((text) => {
    const [option, range = ""] = text.split(" ");
    const [from = "", to = ""] = range.split("-");
    return { option: option === "-v" ? "-v" : "-V", from: BigInt(from), to: BigInt(to) };
  }),
  after,
});

export const USERMOD_RUNS: readonly UsermodRun[] = [
  run(FILE, ["-V 100001-105999"], ["root:1:5", "foo:100000:1", ...FILE.slice(2), "foo:106000:4000"]),
  run(FILE, ["-V 105000-205000"], ["root:1:5", "foo:100000:5000", "# c", "bar:5:5", "foo:205001:4999", "bad line"]),
  run(FILE, ["-V 100000-100000"], ["root:1:5", "foo:100001:9999", ...FILE.slice(2)]),
  run(FILE, ["-V 109999-109999"], ["root:1:5", "foo:100000:9999", ...FILE.slice(2)]),
  run(FILE, ["-V 50-60"], FILE),
  run(FILE, ["-V 99999-210000"], ["root:1:5", "# c", "bar:5:5", "bad line"]),
  run(FILE, ["-V 100001-4294967296"], ["root:1:5", "foo:100000:1", "# c", "bar:5:5", "bad line"]),
  run(
    FILE,
    ["-V 100005-100006", "-V 100001-100002"],
    ["root:1:5", "foo:100000:1", ...FILE.slice(2), "foo:100007:9993", "foo:100003:2"],
  ),
  run(
    TWINS,
    ["-V 100010-100019"],
    ["foo:100000:10", "foo:100000:10", "1000:100000:10000", "foo:100020:9980", "foo:100020:9980"],
  ),
  run(FILE, ["-v 300000-300009"], [...FILE, "foo:300000:10"]),
  run(FILE, ["-v 100000-100009"], FILE),
  run(FILE, ["-v 109999-110005"], [...FILE, "foo:109999:7"]),
  run(FILE, ["-v 110000-9223372036854775807"], [...FILE, "foo:110000:9223372036854665808"]),
];
