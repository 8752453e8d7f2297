/** Scenarios that are none in form: their head, their names, the answers that they expect. */
import { ERRNO, PROFILE_FORM } from "../../../src/kernel/index.ts";
import { type Row, withSteps } from "./row.ts";

export const FORMS: readonly Row[] = [
  { rule: "a scenario is an object", scenario: [], says: "$: expected an object (got [])", refusedBy: "both" },
  {
    rule: "a scenario has a version",
    scenario: { steps: [] },
    says: "$.version: expected 1 (got nothing); begin with version: 1",
    refusedBy: "both",
  },
  {
    rule: "a scenario of another version is refused",
    scenario: { version: 2, steps: [] },
    says: "$.version: expected 1 (got 2); take a newer userns: this one reads version 1",
    refusedBy: "both",
  },
  {
    rule: "an unknown key is refused",
    scenario: { version: 1, step: [] },
    says: '$.step: expected one of version, profile, title, names, machine, setup, steps (got "step")',
    refusedBy: "both",
  },
  {
    rule: "steps are a list",
    scenario: { version: 1, steps: {} },
    says: "$.steps: expected a list (got {})",
    refusedBy: "both",
  },
  {
    rule: "a name stands for an id",
    scenario: { version: 1, names: { a: -1 }, steps: [] },
    says: "$.names.a: expected an id, 0 … 4294967295 (got -1)",
    refusedBy: "both",
  },
  {
    rule: "a machine lacks capabilities that exist",
    scenario: { version: 1, machine: { lacks: ["flying"] }, steps: [] },
    says: '$.machine.lacks[0]: expected a capability without CAP_, like "setuid" (got "flying")',
    refusedBy: "both",
  },
  {
    rule: "an observed answer is an object",
    scenario: withSteps({ task: "p", call: "creds", observed: "ok" }),
    says: '$.steps[0].observed: expected an object (got "ok")',
    refusedBy: "both",
  },
  {
    rule: "a kernel that is not modelled is refused",
    scenario: { version: 1, profile: "linux-7.0", steps: [] },
    says: `$.profile: expected a kernel that is modelled: ${PROFILE_FORM} (got "linux-7.0")`,
    code: "ERR_PROFILE",
    refusedBy: "both",
  },
  {
    rule: "recorded vectors are another form",
    scenario: [{ id: "x", family: "map_write", tag: "t", setup: {}, op: [], observed: [] }],
    says: '$: expected a scenario (got "recorded vectors"); replay them with: npm run vectors -- FILE',
    refusedBy: "both",
  },
  {
    rule: "an observed answer is a success or a failure",
    scenario: withSteps({ task: "p", call: "creds", observed: {} }),
    says: '$.steps[0].observed: expected either "ok: true" with what the call gives, or "errno" (got {})',
    refusedBy: "both",
  },
  {
    rule: "an observed answer is not both",
    scenario: withSteps({ task: "p", call: "creds", observed: { ok: true, errno: "EPERM" } }),
    says: '$.steps[0].observed: expected either "ok: true" with what the call gives, or "errno" (got {"ok":true,"errno":"EPERM"})',
    refusedBy: "both",
  },
  {
    rule: "ok is true",
    scenario: withSteps({ task: "p", call: "creds", observed: { ok: false } }),
    says: "$.steps[0].observed.ok: expected true (got false); a call that fails has an errno in its place",
    refusedBy: "both",
  },
  {
    rule: "only a failure names a system call of the step",
    scenario: withSteps({ task: "p", call: "creds", observed: { ok: true, at: "open" } }),
    says: '$.steps[0].observed.at: expected nothing beside ok (got "open")',
    refusedBy: "both",
  },
  {
    rule: "an errno has its Linux name",
    scenario: withSteps({ task: "p", call: "creds", observed: { errno: "EPREM" } }),
    says: `$.steps[0].observed.errno: expected an errno that the model can answer: ${Object.keys(ERRNO).join(", ")} (got "EPREM")`,
    refusedBy: "both",
  },
  {
    rule: "a failure gives no values",
    scenario: withSteps({ task: "p", call: "creds", observed: { errno: "EPERM", uid: 0 } }),
    says: '$.steps[0].observed.uid: expected errno and at alone (got "uid")',
    refusedBy: "both",
  },
  {
    rule: "the system call that failed has a name",
    scenario: withSteps({ task: "p", call: "creds", observed: { errno: "EPERM", at: 1 } }),
    says: "$.steps[0].observed.at: expected the name of a call (got 1)",
    refusedBy: "both",
  },
];
