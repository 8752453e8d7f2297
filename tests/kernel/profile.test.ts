import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FSID_REPAIRS,
  ISOLATED,
  isolatedProfile,
  LINUX,
  parseProfile,
  REPAIRS,
  withSwitch,
} from "../../src/kernel/index.ts";
import { deviationsOf, PROFILE_PATTERN } from "../../src/kernel/profile.ts";

const READ: readonly (readonly [string, Partial<ReturnType<typeof parseProfile>>])[] = [
  ["linux-6.18", { isolated: null, fsid: null, setusers: null }],
  ["linux-6.18+isolated", { isolated: new Set(), fsid: null }],
  ["linux-6.18+isolated=repaired", { isolated: new Set(REPAIRS) }],
  ["linux-6.18+isolated=chown-checked,overflow-munging", { isolated: new Set(["chown-checked", "overflow-munging"]) }],
  ["linux-6.18+fsid", { fsid: "fixed" }],
  ["linux-6.18+fsid=v2", { fsid: "v2", isolated: null }],
  ["linux-6.18+setusers+fsid=v3+isolated", { isolated: new Set(), fsid: "v3", setusers: new Set() }],
  ["linux-6.18+setusers=secure-exec-clears", { setusers: new Set(["secure-exec-clears"]) }],
];
for (const [name, expected] of READ)
  test(`${name} is a kernel`, () => {
    assert.match(name, new RegExp(PROFILE_PATTERN));
    assert.deepEqual({ ...parseProfile(name), ...expected }, parseProfile(name));
    assert.equal(parseProfile(name).name, name);
  });

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["", /expected a kernel that is modelled: linux-6[.]18, with any of/],
  ["linux-6.12", /expected a kernel that is modelled/],
  ["linux-6.18+", /expected a kernel that is modelled/],
  ["linux-6.18+nested", /expected a kernel that is modelled/],
  ["linux-6.18+isolated=", /expected a kernel that is modelled/],
  ["linux-6.18+isolated=fixed", /expected a kernel that is modelled/],
  ["linux-6.18+isolated=repaired=repaired", /expected a kernel that is modelled/],
  ["linux-6.18+isolated+isolated", /expected a kernel that is modelled/],
  ["linux-6.18+fsid=v2,v3", /expected a kernel that is modelled/],
  ["linux-6.18+isolated+fsid=v2", /isolated namespaces have none to fall back on.*take [+]fsid=v3/],
];
for (const [name, message] of REFUSED)
  test(`"${name}" is refused`, () => {
    assert.throws(() => parseProfile(name, "$.profile"), { code: "ERR_PROFILE", where: "$.profile", message });
  });

test("a profile tells in what it deviates from what was proposed last", () => {
  const names = (profile: string) => deviationsOf(parseProfile(profile)).map(({ name }) => name);
  assert.deepEqual(names("linux-6.18+isolated+fsid=v3+setusers"), []);
  assert.deepEqual(names("linux-6.18+isolated=chown-checked"), ["chown-checked"]);
  assert.deepEqual(
    names("linux-6.18+fsid"),
    FSID_REPAIRS.map(({ name }) => name),
  );
  assert.deepEqual(names("linux-6.18+setusers=secure-exec-clears"), ["secure-exec-clears"]);
});

test("a profile made of switches is named by them, and read back by its name", () => {
  assert.deepEqual(isolatedProfile([]), ISOLATED);
  const made = isolatedProfile(["chown-checked", "uid-only-idmap"]);
  assert.equal(made.name, "linux-6.18+isolated=chown-checked,uid-only-idmap");
  assert.deepEqual(parseProfile(made.name), made);
});

test("a switch is turned on and off again, whatever else the profile has", () => {
  const turned = withSwitch(parseProfile("linux-6.18+setusers+isolated"), "chown-checked", true);
  assert.equal(turned?.name, "linux-6.18+isolated=chown-checked+setusers");
  assert.equal(turned && withSwitch(turned, "chown-checked", false)?.name, "linux-6.18+isolated+setusers");
  assert.equal(withSwitch(ISOLATED, "chown-checked", true)?.name, "linux-6.18+isolated=chown-checked");
  assert.equal(withSwitch(LINUX, "chown-checked", true), null);
});
