import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { MAP_FORMATS, parseMap, readMapArgument, triples, uidMap } from "../../src/formats/index.ts";
import { type FormatCases, testFormat } from "../suites/formats.ts";

const CASES: readonly FormatCases[] = [
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

test("every registered format has a row in the suite", () => {
  assert.deepEqual(
    CASES.map(({ format }) => format.name),
    MAP_FORMATS.map(({ name }) => name),
  );
});

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

test("an argument is a map where it begins like one, else a path", () => {
  assert.equal(readMapArgument("0:1:2", "--map").type, "map");
  assert.equal(readMapArgument("0 1 2", "--map").type, "map");
  for (const path of ["/proc/self/uid_map", "./0:1:2", "map.txt", "0map"])
    assert.deepEqual(readMapArgument(path, "--map"), { type: "path", path });
  for (const wrong of ["", " ", "a\nb", "0:1"]) assert.throws(() => readMapArgument(wrong, "--map"), UsernsError);
});
