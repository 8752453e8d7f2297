/** The help of all commands reads as one text, and wrong use is told as JSON when JSON is asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOTLESS, userns } from "./command.ts";

const COMMANDS: readonly (readonly string[])[] = [
  ["map"],
  ["explain"],
  ["check"],
  ["why"],
  ["run"],
  ["schema"],
  ["newuidmap"],
  ["newgidmap"],
  ["getsubids"],
  ["newfsidmap"],
  ["layer", "owners"],
  ["layer", "lint"],
  ["shift"],
  ["image", "owners"],
  ["image", "lint"],
  ["image", "shift"],
  ["alloc", "claim"],
  ["alloc", "renew"],
  ["alloc", "release"],
  ["alloc", "list"],
  ["alloc", "who-owns"],
  ["alloc", "export"],
  ["alloc", "history"],
  ["alloc", "adopt"],
  ["alloc", "reconcile"],
  ["alloc", "session", "open"],
  ["alloc", "session", "close"],
  ["alloc", "pool"],
  ["alloc", "quota"],
  ["convert"],
  ["fit"],
  ["ps"],
  ["doctor"],
  ["tour"],
];

/** Commands without --map that may say no. */
const REFUSING = new Set([
  ...["tour", "convert", "fit", "doctor", "check", "run", "newuidmap", "newgidmap", "getsubids", "newfsidmap"],
  ...["claim", "renew", "release", "who-owns", "adopt", "reconcile", "session open"].map((name) => `alloc ${name}`),
]);

async function helpOf(command: readonly string[]): Promise<string> {
  const { exit, stdout, stderr } = await userns([...command, "--help"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  return stdout;
}

for (const command of [[], ["layer"], ["image"], ["alloc"], ["alloc", "session"], ...COMMANDS])
  test(`help of userns ${command.join(" ")}: at most 80 columns`, async () => {
    for (const line of (await helpOf(command)).split("\n")) assert.ok(line.length <= 80, line);
  });

for (const command of COMMANDS)
  test(`help of userns ${command.join(" ")}: every option has an example, --json is last, exits are said`, async () => {
    const [options = "", examples = ""] = (await helpOf(command)).split("Examples:");
    const flags = [...options.matchAll(/^ {2}(--[a-z-]+)/gm)].map((match) => match[1] ?? "");
    assert.equal(flags.at(-1), "--json");
    for (const flag of flags) assert.ok(examples.includes(flag), flag);
    const mayRefuse = flags.includes("--map") || REFUSING.has(command.join(" "));
    assert.equal(/^Exit 1 when /m.test(options), mayRefuse);
  });

/** Arguments besides --json, and the error. */
const WRONG: readonly (readonly [args: readonly string[], where: string, expected: RegExp, got: string])[] = [
  [["layer", "lint", "x"], "--map", /cannot do without/, "none"],
  [["shift", "a", "--map", ROOTLESS], "OUT", /an argument/, "none"],
  [["shift", "a", "b", "c", "--map", ROOTLESS], "arguments", /at most 2/, "3"],
  [["layer", "own"], "own", /a command/, "own"],
  [["shift", "a", "b", "--map", ROOTLESS, "--names", "maybe"], "--names", /one of: keep, drop/, '"maybe"'],
  [["map", "1", "--map", ROOTLESS, "--mapp", "x"], "--mapp", /an option of this command/, "--mapp"],
  [["map", "1", "--map"], "--map", /<map> behind it/, "none"],
];

for (const [args, where, expected, got] of WRONG)
  test(`userns --json ${args.join(" ")}: exit 2, and one line of JSON on stderr`, async () => {
    const { exit, stdout, stderr } = await userns(asJson(args));
    assert.deepEqual([exit, stdout, stderr.trimEnd().split("\n").length], [2, "", 1]);
    const { error } = JSON.parse(stderr);
    assert.deepEqual([error.code, error.where, error.got], ["ERR_USAGE", where, got]);
    assert.match(error.expected, expected);
    assert.notEqual(error.fix, null);
  });

/** The same with --json, which is in nobody's way before the options: behind the last one it could be its value. */
function asJson(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg.startsWith("--"));
  return at < 0 ? [...args, "--json"] : [...args.slice(0, at), "--json", ...args.slice(at)];
}

test("a wrong command is told with the one that was meant, in words and as JSON", async () => {
  assert.match((await userns(["layr"])).stderr, /Did you mean layer\?/);
  assert.match((await userns(["layr", "--json"])).stderr, /"fix":"did you mean layer\?"/);
});

test("no command at all: the help on stderr in words, an error as JSON", async () => {
  assert.match((await userns(["layer"])).stderr, /^Usage: userns layer/);
  const { exit, stderr } = await userns(["--json"]);
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_USAGE"]);
});

test("userns help COMMAND prints what COMMAND --help does, of a command in a command too", async () => {
  for (const command of [[], ["layer"], ["layer", "lint"], ["check"]])
    assert.equal((await userns(["help", ...command])).stdout, await helpOf(command));
});

test("help of what is no command is wrong use, told with those that there are", async () => {
  for (const [names, where] of [
    [["nope"], /expected {2}one of: map, explain, .*, tour/],
    [["layer", "nope"], /expected {2}one of: owners, lint\n {2}got {7}nope/],
    [["map", "ids"], /expected {2}nothing after map/],
  ] as const) {
    const { exit, stdout, stderr } = await userns(["help", ...names]);
    assert.deepEqual([exit, stdout], [2, ""]);
    assert.match(stderr, where);
  }
});
