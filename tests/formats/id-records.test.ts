/** What runtimes write down of their containers' maps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { type IdRecord, incusRecords, lxcRecord, podRecord, storageRecords } from "../../src/formats/index.ts";

/** Owner, then the outside ranges of users and of groups. */
const shown = ({ owner, maps }: IdRecord) => {
  const ranges = (map: IdRecord["maps"]["uid"] | IdRecord["maps"]["gid"]) =>
    map?.extents.map(({ lowerFirst, count }) => `${lowerFirst}:${count}`).join(",") ?? "none";
  return [owner, ranges(maps.uid), ranges(maps.gid)].join(" ");
};

const STORAGE = JSON.stringify([
  { id: "4dff", names: ["web"], uidmap: [{ container_id: 0, host_id: 300000, size: 1000 }], gidmap: null },
  { id: "0123456789abcdef", gidmap: [{ container_id: 0, host_id: 7, size: 1 }] },
  { id: "plain", names: ["db"] },
]);
const INCUS = JSON.stringify([
  {
    name: "c1",
    config: {
      "volatile.idmap.next": '[{"Isuid":true,"Isgid":true,"Hostid":9,"Nsid":0,"Maprange":9}]',
      "volatile.idmap.current":
        '[{"Isuid":true,"Isgid":false,"Hostid":1000000,"Nsid":0,"Maprange":65536},{"Isuid":false,"Isgid":true,"Hostid":5,"Nsid":0,"Maprange":1}]',
    },
  },
  {
    name: "old",
    config: { "volatile.last_state.idmap": '[{"Isuid":true,"Isgid":true,"Hostid":7,"Nsid":0,"Maprange":1}]' },
  },
  { name: "vm", config: { "volatile.idmap.current": "[]" } },
]);
const POD =
  '{"uidMappings":[{"hostId":65536,"containerId":0,"length":65536}],"gidMappings":[{"hostId":131072,"containerId":0,"length":65536}]}';

test("containers-storage: containers with a map, by name, else by the beginning of their id", () => {
  assert.deepEqual(storageRecords(STORAGE, "containers.json", "container").map(shown), [
    "web 300000:1000 none",
    "container-0123456789ab none 7:1",
  ]);
});

test("Incus and LXD: the map that is in force, else the next or the last", () => {
  assert.deepEqual(incusRecords(INCUS, "list.json").map(shown), ["c1 1000000:65536 5:1", "old 7:1 7:1"]);
});

test("kubelet and LXC: a file a pod or container", () => {
  assert.equal(shown(podRecord(POD, "userns", "1f2e")), "pod-1f2e 65536:65536 131072:65536");
  const config = "lxc.uts.name = c1\nlxc.idmap = u 0 200000 65536\nlxc.idmap = g 0 300000 65536\n";
  const record = lxcRecord(config, "config", "c1");
  assert.equal(record && shown(record), "c1 200000:65536 300000:65536");
  assert.equal(lxcRecord("lxc.uts.name = c1\n", "config", "c1"), null);
});

for (const [title, read, where] of [
  ["no JSON", () => storageRecords("{", "c.json", "container"), "c.json"],
  [
    "a size that is no number",
    () => storageRecords('[{"id":"a","uidmap":[{"container_id":0,"host_id":1,"size":"x"}]}]', "c.json", "container"),
    "c.json: [0].uidmap[0].size",
  ],
  [
    "lines that overlap",
    () =>
      storageRecords(
        '[{"id":"a","uidmap":[{"container_id":0,"host_id":1,"size":5},{"container_id":4,"host_id":9,"size":1}]}]',
        "c.json",
        "container",
      ),
    "c.json: [0].uidmap[1]",
  ],
  ["a list that is none", () => incusRecords('{"name":"c1"}', "i.json"), "i.json:"],
  [
    "a map that is no text",
    () => incusRecords('[{"name":"c","config":{"volatile.idmap.next":5}}]', "i.json"),
    "i.json: [0].config.volatile.idmap.next",
  ],
  [
    "a pod of no ids",
    () => podRecord('{"uidMappings":[{"hostId":0,"containerId":0,"length":0}]}', "userns", "p"),
    "userns: uidMappings[0]",
  ],
] as const)
  test(`a record with ${title} is refused with its place`, () => {
    assert.throws(read, (error) => error instanceof UsernsError && error.where === where);
  });
