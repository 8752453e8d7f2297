/** Scripts of isolated namespaces: every recorded one, and one for each rule that they leave out. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importScripts, runScript, type Script } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { writtenScripts } from "../suites/written-scripts.ts";

const RECORDED = "tests/vectors/isolated/scenarios.json";

const recorded = importScripts(JSON.parse(readFileSync(RECORDED, "utf8")), RECORDED);
const written = writtenScripts();

test(`${RECORDED} is here as it was recorded`, () => assert.equal(recorded.length, 108));

for (const engine of ENGINES) {
  for (const script of recorded)
    test(`${script.id} answers as recorded: ${script.title}, on ${engine.name}`, () =>
      assert.deepEqual(runScript(script, engine).failures, []));
  for (const script of written)
    test(`${script.title}, on ${engine.name}`, () =>
      assert.deepEqual(runScript(script, engine), { failures: [], named: [] }));
}

const [engine] = ENGINES;
const script = (...steps: readonly (readonly [agent: string, command: string, observed: string])[]): Script => ({
  id: "x",
  policy: "tip",
  switches: [],
  title: "",
  steps: steps.map(([agent, command, observed], index) => ({ agent, do: command, observed, where: `steps[${index}]` })),
});

/** What fails, and how it is told. */
const FAILING: readonly { readonly rule: string; readonly of: Script; readonly told: RegExp }[] = [
  { rule: "another answer", of: script(["a", "setuid 5", "ret=1"]), told: /expected ret=1/ },
  { rule: "an unknown verb", of: script(["a", "fly", "ret=0"]), told: /a verb that is known: creat, mkdir/ },
  {
    rule: "a step that makes no sense, and not those after it,",
    of: script(["a", "setuid x", "ret=0"], ["a", "getpid", "*"], ["a", "setuid 4294967296", "ret=0"]),
    told: /^steps\[0\]\.do: expected a whole number for N, .* \(got "x"\)\nsteps\[2\]\.do: .* \(got "4294967296"\)$/,
  },
  { rule: "a word that is none of a few", of: script(["a", "open /h rx", ""]), told: /ACCESS: one of r, w, rw/ },
  { rule: "a switch that is neither on nor off", of: script(["h", "switch owner munging = 2", ""]), told: /0, 1/ },
  { rule: "a mode that is not octal", of: script(["a", "chmod /h 8", ""]), told: /octal digits for MODE/ },
  { rule: "a kind of namespace that is none", of: script(["a", "unshare net usr", ""]), told: /kinds .*"usr"/ },
  { rule: "a process that is neither an agent nor a number", of: script(["a", "kill me 0", ""]), told: /<pid of x>/ },
  { rule: "a verb with too few words", of: script(["a", "chown /h", "ret=0"]), told: /chown PATH UID GID/ },
  {
    rule: "one label for two namespaces",
    of: script(
      ["a", "unshare user", "ret=0"],
      ["b", "unshare user", "ret=0"],
      ["a", "nsid", "ino=ns1"],
      ["b", "nsid", "ino=ns1"],
    ),
    told: /expected ino=ns1/,
  },
  {
    rule: "two labels for one namespace",
    of: script(["a", "unshare user", "ret=0"], ["a", "nsid", "ino=ns1"], ["a", "nsid", "ino=ns2"]),
    told: /expected ino=ns2/,
  },
  { rule: "a number that nobody printed", of: script(["a", "from_kuid(own ns, (5, id of b))", "5"]), told: /b nsid/ },
];

for (const { rule, of, told } of FAILING)
  test(`${rule} fails a script`, () => {
    assert.ok(engine);
    assert.match(runScript(of, engine).failures.join("\n"), told);
  });

/** Steps whose answer no rule of the model gives, and why. */
const NAMED: readonly (readonly [steps: readonly (readonly [string, string, string])[], reason: string])[] = [
  [[["h", "after 400 ms: recvmsg", "Kernel panic"]], "prose about a kernel panic"],
  [
    [["h", "stat /proc/version", ""]],
    "/proc/version: what proc, sysfs and devtmpfs hold beside processes is not modelled",
  ],
  [[["h", "chmod /proc/self/sched 600", ""]], "/proc/PID/sched is no file that is modelled"],
  [[["h", "read /init", ""]], "what /init holds is not modelled"],
  [[["h", "openw /proc/self/ns/user", ""]], "the file of a namespace is not kept"],
  [
    [["h", "openw /proc/sys/user/max_user_namespaces", ""]],
    "a descriptor of /proc/sys/user/max_user_namespaces is not kept",
  ],
  [[["h", "writelast x", ""]], "the agent keeps no descriptor of a file"],
  [
    [
      ["h", "openw /sys/fs/cgroup/cgroup.subtree_control", "ret=0"],
      ["h", "writelast +pids", ""],
    ],
    "what a write to the kept file does is not modelled",
  ],
  [
    [["h", "write /sys/fs/cgroup/cgroup.subtree_control +pids", ""]],
    "what a write to /sys/fs/cgroup/cgroup.subtree_control does is not modelled",
  ],
  [[["h", "read /proc/self/environ", ""]], "what /proc/PID/environ holds is not modelled"],
  [[["h", "read /sys/fs/cgroup/cgroup.procs", ""]], "what /sys/fs/cgroup/cgroup.procs holds is not modelled"],
  [[["h", "read /proc/self/status id", ""]], "of /proc/PID/status the lines are modelled that ids decide"],
  [
    [
      ["h", "creat /tmp/f", "ret=0"],
      ["h", "write /tmp/f <pid of a>", "ret=3"],
      ["h", "read /tmp/f", ""],
    ],
    "what /tmp/f holds is not modelled",
  ],
  [[["h", "accept", ""]], "the agent has not listened, connected or accepted before"],
  [
    [
      ["h", "listen n", "ret=0"],
      ["h", "exec", "ret=0 "],
      ["h", "peercred", ""],
    ],
    "the agent has not listened, connected or accepted before",
  ],
  [[["h", "kill <pid of a> 19", ""]], "no process is ever stopped here"],
  [[["h", "stat /dev/ubda", ""]], "/dev/ubda: what proc, sysfs and devtmpfs hold beside processes is not modelled"],
  [
    [
      ["a", "unshare pid", "ret=0"],
      ["a", "fork b", "ret=0 pid=*"],
      ["b", "mount proc /h/cg proc", "ret=0"],
      ["b", "stat /h/cg/2", "ret=-1 ENOENT"],
      ["b", "stat /h/cg/1/io", "ret=-1 ENOENT"],
      ["b", "read /h/cg/uptime", ""],
    ],
    "/h/cg/uptime: what proc holds there is not modelled",
  ],
  [
    [
      ["h", "stat /sys/fs/cgroup/c", "ret=-1 ENOENT"],
      ["h", "stat /sys/fs/cgroup/memory.max", ""],
    ],
    "/sys/fs/cgroup/memory.max: what cgroup2 holds there is not modelled",
  ],
  [[["h", "shmget 0", ""]], "key 0 makes another segment each time"],
  [
    [["h", "mount x /h/t tmpfs 0 size=50%", ""]],
    "beyond the model, which takes a size: how much memory the machine has is not modelled (got size: 50%)",
  ],
  [
    [
      ["a", "exit", "ret=0"],
      ["a", "getids", ""],
    ],
    "the agent has ended, and answers nothing",
  ],
  [[["h", "kill 1 0", ""]], "which process has a pid on the machine is not known"],
  [[["h", "kill -1 9", ""]], "groups of processes are not modelled"],
  [[["h", "keydesc -6", ""]], "keyrings other than -1 to -5 are not modelled"],
  [[["h", "pipes 501", ""]], "how many files an agent can have open is not known"],
  [[["h", "forkmany 10001", ""]], "how many processes the machine can hold is not known"],
  [
    [["h", "access /proc/<pid of a>/ns/user 4", ""]],
    "beyond the model, which takes a link to a directory, or to a program that was run here (got /proc/a/ns/user: a link to a namespace)",
  ],
  [
    [["h", "mount x /h/t tmpfs 0 mode=700,huge=never", ""]],
    'beyond the model, which takes options of tmpfs that are modelled, which huge is not (got steps[0].data: "mode=700,huge=never")',
  ],
  [
    [["h", "mount /h/t /h/m1 tmpfs 4096", ""]],
    'beyond the model, which takes flags that are modelled: {"isReadOnly":1,"isNosuid":2,"isNodev":4,"isNoexec":8}, added up (got steps[0].flags: 4096)',
  ],
];

test("a step that no rule answers is named, with the reason", () => {
  assert.ok(engine);
  for (const [steps, reason] of NAMED) {
    const { named, failures } = runScript(script(...steps), engine);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      named.map((one) => [one.step.do, one.reason]),
      [[steps.at(-1)?.[1], reason]],
    );
  }
});

test("an agent whose id a SafeSetID policy holds is killed at its first step away, and answers nothing more", () => {
  assert.ok(engine);
  const policy = "/sys/kernel/security/safesetid/uid_allowlist_policy";
  const { named, failures } = runScript(
    script(
      ["h", `write ${policy} 1000:1001\\n`, "ret=10"],
      ["a", "setgid 1000", "ret=0"],
      ["a", "setuid 1000", "ret=0"],
      ["a", "unshare user", "ret=0"],
      ["a", "write /proc/self/isolated_uns yes", "ret=3"],
      ["a", "setgid 5", "ret=0"],
      ["a", "setuid 5", ""],
      ["a", "getids", ""],
    ),
    engine,
  );
  assert.deepEqual(failures, []);
  assert.deepEqual(
    named.map(({ step, reason }) => [step.do, reason]),
    ["setuid 5", "getids"].map((text) => [text, "the agent was killed, and answers nothing"]),
  );
});
