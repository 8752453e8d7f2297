import assert from "node:assert/strict";
import { test } from "node:test";
import { idMap, UsernsError } from "../../src/core/index.ts";
import {
  incusJson,
  kubelet,
  lxc,
  mapArgument,
  parseMap,
  parseUidMap,
  podman,
  printKept,
  rawIdmap,
  readLxcConfig,
  setLxcMaps,
  type ToolUser,
  triples,
  uidMap,
} from "../../src/formats/index.ts";
import { type FormatCases, mapOf, testFormat } from "../suites/formats.ts";

/** A user with one granted range of each kind. */
const BEN: ToolUser = {
  name: "ben",
  uid: 1000,
  gid: 1000,
  granted: { uid: [{ first: 100000, count: 65536 }], gid: [{ first: 100000, count: 65536 }] },
};

const CASES: readonly FormatCases[] = [
  {
    format: lxc,
    reads: [
      [
        "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 200000 65536\n",
        { uid: [[0, 100000, 65536]], gid: [[0, 200000, 65536]] },
      ],
      ["# web\nlxc.net.0.type = veth\nlxc.id_map=u\t0  100000\t65536 \n", { uid: [[0, 100000, 65536]] }],
      ["u 0 100000 65536\ng 0 100000 65536", [[0, 100000, 65536]]],
      ["lxc.idmap = u 0 1 1\nlxc.idmap =\nlxc.idmap = g 5 6 7", { gid: [[5, 6, 7]] }],
      ["lxc:g 1 2 3", { gid: [[1, 2, 3]] }],
    ],
    writes: [[{ uid: [[0, 1, 2]], gid: [[3, 4, 5]] }, "lxc.idmap = u 0 1 2\nlxc.idmap = g 3 4 5"]],
    errors: [
      ["u 0 1", "in:1:1", "ERR_MAP_TEXT", "u or g"],
      ["lxc.idmap = u 0 1 x", "in:1:19", "ERR_MAP_TEXT", "decimal"],
      ["lxc.idmap = a 0 1 1", "in:1:13", "ERR_MAP_TEXT", "u or g"],
      ["u 0 1 1\nu 0 5 1", "in:2:1", "ERR_EXTENT_OVERLAP", "inside id 0"],
      ["g 0 0 0", "in:1:1", "ERR_EXTENT_EMPTY", "1 or more"],
      ["lxc.idmap = u 0 0 1\nlxc.idmap =", "in", "ERR_MAP_TEXT", "no line"],
    ],
    foreign: ["uid 0 1", "0 1 2", "u:0:1:2", "lxc.net = 1"],
  },
  {
    format: rawIdmap,
    reads: [
      ["both 1000 1000", [[1000, 1000, 1]]],
      ["uid 50-60 500-510\ngid 100 5\n", { uid: [[500, 50, 11]], gid: [[5, 100, 1]] }],
      ["raw.idmap: both 1000 0", [[0, 1000, 1]]],
      ["raw.idmap:both 1000 0", [[0, 1000, 1]]],
    ],
    writes: [
      [[[500, 50, 11]], "both 50-60 500-510"],
      [{ uid: [[500, 50, 11]], gid: [[5, 100, 1]] }, "uid 50-60 500-510\ngid 100 5"],
    ],
    errors: [
      ["both 1000-1009 0-4", "in:1:1", "ERR_MAP_TEXT", "as many ids"],
      ["both 9-1 1-9", "in:1:6", "ERR_MAP_TEXT", "not below"],
      ["both 1  2", "in:1:1", "ERR_MAP_TEXT", "one blank"],
      ["uid 1 2 3", "in:1:1", "ERR_MAP_TEXT", "uid, gid or both"],
      ["both 1 1\nboth x 2", "in:2:6", "ERR_MAP_TEXT", "decimal"],
      ["uid 1-2-3 4", "in:1:5", "ERR_MAP_TEXT", "first-last"],
    ],
    foreign: ["u 0 1 1", "0 1 2", "uids", "bothersome"],
  },
  {
    format: incusJson,
    reads: [
      ['[{"Isuid":true,"Isgid":true,"Hostid":1000000,"Nsid":0,"Maprange":65536}]', [[0, 1000000, 65536]]],
      ['[{"Isuid":true,"Isgid":false,"Hostid":5,"Nsid":6,"Maprange":7}]', { uid: [[6, 5, 7]] }],
    ],
    writes: [[[[6, 5, 7]], '[{"Isuid":true,"Isgid":true,"Hostid":5,"Nsid":6,"Maprange":7}]']],
    errors: [
      ['[{"Isuid":true,"Isgid":false,"Hostid":5,"Nsid":6}]', "in: [0].Maprange", "ERR_MAP_TEXT", "whole number"],
      ['[{"Isuid":false,"Isgid":false,"Hostid":5,"Nsid":6,"Maprange":1}]', "in: [0]", "ERR_MAP_TEXT", "to be true"],
      ['[{"Isuid":true,"Isgid":false,"Hostid":-5,"Nsid":6,"Maprange":1}]', "in: [0].Hostid", "ERR_ID_RANGE", "-5"],
      ['[{"Hostid":5', "in", "ERR_MAP_TEXT", "JSON"],
    ],
    foreign: ["{}", "[]", "0:1:1"],
  },
  {
    format: kubelet,
    reads: [
      [
        '{"uidMappings":[{"hostId":65536,"containerId":0,"length":65536}],"gidMappings":[{"hostId":65536,"containerId":0,"length":65536}]}',
        [[0, 65536, 65536]],
      ],
    ],
    writes: [
      [
        [[0, 65536, 65536]],
        '{"uidMappings":[{"hostId":65536,"containerId":0,"length":65536}],"gidMappings":[{"hostId":65536,"containerId":0,"length":65536}]}',
      ],
    ],
    errors: [
      [
        '{"uidMappings":[{"hostId":1.5,"containerId":0,"length":1}]}',
        "in: uidMappings[0].hostId",
        "ERR_MAP_TEXT",
        "1.5",
      ],
      ['{"uidMappings":{"hostId":1,"containerId":0,"length":1}}', "in: uidMappings", "ERR_MAP_TEXT", "a list"],
      ['{"hostId":1,"containerId":0,"length":1}', "in", "ERR_MAP_TEXT", "no line"],
    ],
    foreign: ['{"uidMappings":[]}', "0:1:1"],
  },
  {
    format: podman,
    reads: [
      ["--uidmap 0:100000:65536", [[0, 100000, 65536]]],
      ["--uidmap=0:1:1000 --gidmap 0:2:3", { uid: [[0, 1, 1000]], gid: [[0, 2, 3]] }],
      ["UIDMap=0:1:10\nGIDMap=5:6", { uid: [[0, 1, 10]], gid: [[5, 6, 1]] }],
      [
        "--gidmap 0:0:1000 --gidmap g2000:2000:1",
        {
          uid: [[0, 0, 1000]],
          gid: [
            [0, 0, 1000],
            [2000, 2000, 1],
          ],
        },
      ],
      [
        "podman:0:2000:100000 +1:100:1",
        [
          [0, 2000, 1],
          [1, 100, 1],
          [2, 2002, 99998],
        ],
      ],
      [
        "+1000:0:1",
        [
          [0, 1, 1000],
          [1000, 0, 1],
          [1001, 1001, 4294966294],
        ],
      ],
      [
        "+1000:0:1",
        [
          [0, 100000, 1000],
          [1000, 1000, 1],
          [1001, 101000, 64536],
        ],
        { user: BEN },
      ],
      [
        "+1000:@1000",
        [
          [0, 100000, 1000],
          [1000, 1000, 1],
          [1001, 101000, 64536],
        ],
        { user: BEN },
      ],
      [
        "--uidmap 0:0:10",
        [
          [0, 1000, 1],
          [1, 100000, 9],
        ],
        { user: BEN },
      ],
      ["u5:@100007:3", { uid: [[5, 100007, 3]] }, { user: BEN }],
    ],
    writes: [
      [{ uid: [[0, 1, 1000]], gid: [[0, 2, 3]] }, "--uidmap 0:1:1000 --gidmap 0:2:3"],
      [
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
        "--uidmap 0:0:65537",
        { user: BEN },
      ],
    ],
    errors: [
      ["--uidmap 0:x", "in:1:12", "ERR_MAP_TEXT", "decimal"],
      ["--uidmap 0:1:2:3", "in:1:10", "ERR_MAP_TEXT", "inside:[@]from"],
      ["--uidmap 0:1:2 nonsense", "in:1:16", "ERR_MAP_TEXT", "inside:[@]from"],
      ["--uidmap 0:1:2 1:5:9", "in:1:16", "ERR_EXTENT_OVERLAP", "inside id 1"],
      ["--uidmap", "in", "ERR_MAP_TEXT", "no line"],
      ["+5:@5", "in:1:1", "ERR_MAP_TEXT", "host ids that the user has", { user: BEN }],
      ["--uidmap 0:0:70000", "in", "ERR_UNMAPPED", "0 to 65536", { user: BEN }],
      ["+1:2:0", "in:1:1", "ERR_EXTENT_EMPTY", "1 or more"],
    ],
    foreign: ["0:1:1", "u:0:1:1", "keep-id", "g 0 1 1"],
  },
  {
    format: triples,
    reads: [
      ["0:100000:65536", [[0, 100000, 65536]]],
      [
        "0:1000:1,1:100000:65536",
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
      ],
      [
        "0:1000:1 1:100000:65536\n",
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
      ],
      [
        "# of a container\n0:1000:1\r\n\r\n1:100000:65536 # the rest\r\n",
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
      ],
      ["  0:0:4294967295", [[0, 0, 4294967295]]],
      [
        "5:6:7, 100:200:1,",
        [
          [5, 6, 7],
          [100, 200, 1],
        ],
      ],
    ],
    writes: [
      [[[0, 100000, 65536]], "0:100000:65536"],
      [
        [
          [1, 100000, 65536],
          [0, 1000, 1],
        ],
        "1:100000:65536,0:1000:1",
      ],
    ],
    errors: [
      ["0:100000", "in:1:1", "ERR_MAP_TEXT", "0:100000:65536"],
      ["0:1:2:3", "in:1:1", "ERR_MAP_TEXT", '"0:1:2:3"'],
      ["0:1000:1,1:10x:5", "in:1:12", "ERR_MAP_TEXT", '"10x"'],
      ["0:-5:1", "in:1:3", "ERR_ID_RANGE", "not negative"],
      ["0:1:1\n  2:4294967296:1", "in:2:5", "ERR_ID_RANGE", "at most 4294967295"],
      ["0:1:0", "in:1:1", "ERR_EXTENT_EMPTY", "count of 1 or more"],
      ["0:1:1 5:4294967294:2", "in:1:7", "ERR_EXTENT_WRAP", "5:4294967294:2"],
      ["0:100000:65536,65535:200000:10", "in:1:16", "ERR_EXTENT_OVERLAP", "shares inside id 65535 with line 1"],
      ["0::1", "in:1:3", "ERR_MAP_TEXT", '""'],
    ],
    foreign: ["", "0 100000 65536", "/proc/self/uid_map", "maps/web.txt", "u:0:100000:65536", "{}"],
  },
  {
    format: uidMap,
    reads: [
      ["         0     100000      65536\n", [[0, 100000, 65536]]],
      [
        "0\t1000\t1\n1 100000 65536",
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
      ],
      [
        "\n# by hand\n0 1000 1\r\n\n 1 100000 65536 # subuid\n\n",
        [
          [0, 1000, 1],
          [1, 100000, 65536],
        ],
      ],
      ["007 010 1", [[7, 10, 1]]],
    ],
    writes: [
      [[[0, 100000, 65536]], "         0     100000      65536\n"],
      [
        [
          [1, 100000, 65536],
          [0, 4294967294, 1],
        ],
        "         1     100000      65536\n         0 4294967294          1\n",
      ],
    ],
    errors: [
      ["0 100000", "in:1:1", "ERR_MAP_TEXT", "2 in"],
      ["0 1 2\n3 4 5 6\n", "in:2:7", "ERR_MAP_TEXT", "4 in"],
      ["0 0x10 2", "in:1:3", "ERR_MAP_TEXT", '"0x10"'],
      ["0 1 2\n5  -6 1", "in:2:4", "ERR_ID_RANGE", "not negative"],
      ["0 1 4294967296", "in:1:5", "ERR_ID_RANGE", "at most 4294967295"],
      ["0 1 0", "in:1:1", "ERR_EXTENT_EMPTY", "count of 1 or more"],
      ["4294967295 0 1", "in:1:1", "ERR_EXTENT_WRAP", "4294967294"],
      ["\n 10 0 10\n 30 5 1", "in:3:2", "ERR_EXTENT_OVERLAP", "shares lower id 5"],
    ],
    foreign: ["", "0:100000:65536", "100", "/proc/self/gid_map", "root 100000 65536"],
  },
];

for (const cases of CASES) testFormat(cases);

test("a text of no format is refused with an example of each", () => {
  for (const text of ["", "  \n", "{}", "root:x:0"])
    assert.throws(
      () => parseMap(text, "--map"),
      (error) => error instanceof UsernsError && error.code === "ERR_MAP_TEXT" && error.where === "--map",
    );
  assert.throws(
    () => parseMap("# nothing but this\n0:1:1 # gone".slice(0, 18), "f"),
    /0:100000:65536 or 0 100000 65536/,
  );
});

test("uid_map: what only looks like a blank is none, and the message writes it out", () => {
  const refusal = (text: string) => {
    try {
      return parseUidMap(text, "map").extents.length;
    } catch (error) {
      return error instanceof UsernsError ? error.message : error;
    }
  };
  assert.match(String(refusal("\ufeff0 0 1\n")), /^map:1:1: .*"\\ufeff0"/);
  assert.match(String(refusal("0\u00a01\u00a02")), /"0\\u00a01\\u00a02"/);
  assert.equal(refusal("\t0 0\v1\f\r\n"), 1);
});

test("an argument is a map where it begins like one, else a path", () => {
  for (const text of ["0:1:2", "0 1 2", "podman:+1000:0:1", "0:1", "", "a\nb"])
    assert.equal(mapArgument(text).type, "text", text);
  for (const path of ["/proc/self/uid_map", "./0:1:2", "map.txt", "0map", "./podman:x"])
    assert.deepEqual(mapArgument(path), { type: "path", path });
});

test("a text whose maps differ is refused where one map is asked for", () => {
  assert.throws(() => parseMap("lxc:u 0 1 1\ng 0 2 1", "f"), /one map for users and groups/);
  assert.equal(parseMap("u 0 1 1\ng 0 1 1").extents.length, 1);
});

test("LXC: the file that a person wrote stays as it is, but for its maps", () => {
  const text =
    "# web\nlxc.net.0.type = veth\nlxc.idmap = u 0 100000 65536\n  # groups\nlxc.idmap=g 0 100000 65536\nbroken\n";
  assert.equal(printKept(readLxcConfig(text)), text);
  const maps = {
    uid: idMap<"uid">(mapOf([[0, 200000, 9]]).extents),
    gid: idMap<"gid">(mapOf([[0, 200000, 9]]).extents),
  };
  const changed = printKept(setLxcMaps(readLxcConfig(text), maps));
  assert.equal(
    changed,
    "# web\nlxc.net.0.type = veth\nlxc.idmap = u 0 200000 9\nlxc.idmap = g 0 200000 9\n  # groups\nbroken\n",
  );
  assert.equal(printKept(setLxcMaps(readLxcConfig(""), maps)).split("\n").length, 3);
});
