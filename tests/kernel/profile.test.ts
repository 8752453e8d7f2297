/** How kernels are named, and what the names stand for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deviationsOf,
  ISOLATED,
  ISOLATION_SWITCHES,
  isolatedProfile,
  LINUX,
  parseProfile,
  REPAIRS,
  withSwitch,
} from "../../src/kernel/profile.ts";

const on = (text: string) => [...(parseProfile(text)?.isolated ?? ["none"])];

test("a profile without isolated namespaces has no switches, not even none", () => {
  assert.equal(parseProfile("linux-6.18"), LINUX);
  assert.equal(parseProfile("linux-6.18+isolated"), ISOLATED);
  assert.deepEqual(deviationsOf(LINUX), []);
  assert.equal(withSwitch(LINUX, "chown-checked", true), null);
});

test("switches stand behind =, in any order, and repaired stands for all repairs", () => {
  assert.deepEqual(on("linux-6.18+isolated=uid-only-idmap,chown-checked"), ["uid-only-idmap", "chown-checked"]);
  assert.deepEqual(on("linux-6.18+isolated=repaired"), REPAIRS);
  assert.deepEqual(on("linux-6.18+isolated=overflow-munging,repaired"), ["overflow-munging", ...REPAIRS]);
});

const NO_PROFILES = [
  "",
  "linux",
  "linux-6.18 ",
  "linux-6.18+isolated=",
  "linux-6.18+isolated=nothing",
  "linux-6.18+isolated=chown-checked,nothing",
  "linux-6.18+isolated:chown-checked",
  "isolated=chown-checked",
];
for (const text of NO_PROFILES)
  test(`${JSON.stringify(text)} is no profile`, () => assert.equal(parseProfile(text), null));

test("a profile made of switches is named by them, and read back by its name", () => {
  assert.deepEqual(isolatedProfile([]), ISOLATED);
  const made = isolatedProfile(["chown-checked", "uid-only-idmap"]);
  assert.equal(made.name, "linux-6.18+isolated=chown-checked,uid-only-idmap");
  assert.deepEqual(parseProfile(made.name), made);
});

test("a switch is turned on and off, the others left as they are", () => {
  const one = withSwitch(ISOLATED, "chown-checked", true);
  assert.ok(one);
  assert.equal(one.name, "linux-6.18+isolated=chown-checked");
  const two = withSwitch(one, "uid-only-idmap", true);
  assert.ok(two);
  assert.equal(withSwitch(two, "chown-checked", false)?.name, "linux-6.18+isolated=uid-only-idmap");
  assert.equal(withSwitch(one, "uid-only-idmap", false)?.name, one.name);
  assert.deepEqual(deviationsOf(one), [{ name: "chown-checked", ...ISOLATION_SWITCHES["chown-checked"] }]);
});
