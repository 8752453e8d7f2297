/** Isolated ids that are none. */
import { A, type Row } from "./row.ts";

const BOX = { name: "box", parent: "init", owner: [1000, 1000], isolated: true };
const isolated = (namespaces: readonly unknown[], tasks: readonly unknown[], ...steps: readonly unknown[]) => ({
  version: 1,
  profile: "linux-6.18+isolated",
  setup: { namespaces, tasks },
  steps,
});
const root = (step: object) => isolated([BOX, A], [], { task: "@root", ...step });

export const ISOLATED_IDS: readonly Row[] = [
  {
    rule: "an isolated id names a namespace that is there",
    scenario: isolated([BOX], [{ name: "p", uid: "5@bix" }]),
    says: '$.setup.tasks[0].uid: expected an id, or id@ and the name of an isolated namespace: box (got "5@bix")',
    refusedBy: "loader",
  },
  {
    rule: "an isolated id names a namespace that is isolated",
    scenario: root({ call: "from_kuid", kid: "5@A" }),
    says: '$.steps[0].kid: expected an id, or id@ and the name of an isolated namespace: box (got "5@A")',
    refusedBy: "loader",
  },
  {
    rule: "a number is one namespace's",
    scenario: isolated(
      [
        { ...BOX, number: 7 },
        { ...BOX, name: "other", number: 7 },
      ],
      [],
    ),
    says: "$.setup.namespaces[1].number: expected a number that no other namespace has (got 7)",
    refusedBy: "loader",
  },
  {
    rule: "the number of a namespace has 32 bits",
    scenario: isolated([{ ...BOX, number: 0 }], []),
    says: "$.setup.namespaces[0].number: expected a whole number, 1 … 4294967295 (got 0)",
    refusedBy: "both",
  },
  {
    rule: "where nothing is isolated, no id is",
    scenario: isolated([A], [], { task: "@root", call: "from_kuid", kid: "5@A" }),
    says: '$.steps[0].kid: expected an id, or id@ and the name of an isolated namespace: there is none (got "5@A")',
    refusedBy: "loader",
  },
  {
    rule: "the id before the namespace's name is one",
    scenario: root({ call: "from_kuid", kid: "4294967296@box" }),
    says: "$.steps[0].kid: expected an id, 0 … 4294967295, or a name for one (got 4294967296)",
    refusedBy: "loader",
  },
  {
    rule: "a kernel id's number has 32 bits",
    scenario: root({ call: "from_kuid", kid: [5, 4294967296] }),
    says: "$.steps[0].kid[1]: expected a whole number, 0 … 4294967295 (got 4294967296)",
    refusedBy: "both",
  },
  {
    rule: "a kernel id is two numbers",
    scenario: root({ call: "from_kuid", kid: [5] }),
    says: "$.steps[0].kid: expected [id, number] (got [5])",
    refusedBy: "both",
  },
  {
    rule: "an expected kernel id names a namespace that is there",
    scenario: root({ call: "raw_creds", observed: { ok: true, uid: [0, "5@bix", 0, 0], gid: [0, 0, 0, 0] } }),
    says: '$.steps[0].observed.uid[1]: expected an id, or id@ and the name of an isolated namespace: box (got "5@bix")',
    refusedBy: "loader",
  },
  {
    rule: "an id that a task passes has no namespace's name",
    scenario: root({ call: "setuid", uid: "5@box" }),
    says: '$.steps[0].uid: expected an id, 0 … 4294967295, or a name for one (got "5@box"); give the id alone, as the namespace of the task has it',
    refusedBy: "loader",
  },
];
