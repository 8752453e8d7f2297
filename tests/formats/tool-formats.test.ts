import assert from "node:assert/strict";
import { test } from "node:test";
import { idMap, UsernsError } from "../../src/core/index.ts";
import * as formats from "../../src/formats/index.ts";
import { type FormatCases, testFormat } from "../suites/formats.ts";

/** A user with one granted range of each kind. */
const BEN: formats.ToolUser = {
  name: "ben",
  uid: 1000,
  gid: 1001,
  granted: { uid: [{ first: 100000, count: 65536 }], gid: [{ first: 200000, count: 65536 }] },
};
const USER = { user: BEN };
const CONTAINER = {
  container: {
    uid: idMap<"uid">([
      { first: 0, lowerFirst: 1000, count: 1 },
      { first: 1, lowerFirst: 100000, count: 65536 },
    ]),
    gid: idMap<"gid">([{ first: 0, lowerFirst: 200000, count: 65536 }]),
  },
};
const BLOCK = [[0, 100000, 65536]] as const;
const OCI =
  '"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]';

const CASES: readonly FormatCases[] = [
  {
    format: formats.oci,
    reads: [
      [`{"ociVersion":"1.0","linux":{${OCI}}}`, BLOCK],
      [`{${OCI}}`, BLOCK],
      [`\ufeff{${OCI}}`, BLOCK],
    ],
    writes: [[BLOCK, `{"linux":{${OCI}}}`]],
    errors: [
      [
        '{"linux":{"uidMappings":[{"containerID":0,"hostID":1}]}}',
        "in: linux.uidMappings[0].size",
        "ERR_MAP_TEXT",
        "nothing",
      ],
      [
        '{"linux":{"uidMappings":[{"containerID":0,"hostID":1,"size":0}]}}',
        "in: linux.uidMappings[0]",
        "ERR_EXTENT_EMPTY",
        "1 or more",
      ],
    ],
    foreign: ["{}", '{"hostId":1,"containerId":2,"length":3}'],
  },
  {
    format: formats.ociRootless,
    reads: [],
    writes: [[BLOCK, `{"linux":{${OCI}}}`]],
    errors: [],
    foreign: [`{${OCI}}`],
  },
  {
    format: formats.ociMount,
    reads: [[`{"destination":"/d","type":"none","options":["rbind","ridmap"],${OCI}}`, BLOCK]],
    writes: [[BLOCK, `{"options":["bind","idmap"],${OCI}}`]],
    errors: [
      [`{"options":["idmap"],${OCI}}`, "in: options", "ERR_MAP_TEXT", "bind mount"],
      [`{"options":["bind","idmap","ridmap"],${OCI}}`, "in: options", "ERR_MAP_TEXT", "not both"],
    ],
    foreign: [`{"linux":{${OCI}},"mounts":[{"options":[]}]}`],
  },
  {
    format: formats.cri,
    reads: [
      [
        '{"mode":"POD","uids":[{"host_id":5,"container_id":0,"length":9}],"gids":[{"host_id":5,"container_id":0,"length":9}]}',
        [[0, 5, 9]],
      ],
      ['{"mode":"POD","uids":[{"hostId":5,"containerId":0,"length":9}]}', { uid: [[0, 5, 9]] }],
    ],
    writes: [
      [
        [[0, 5, 9]],
        '{"mode":"POD","uids":[{"host_id":5,"container_id":0,"length":9}],"gids":[{"host_id":5,"container_id":0,"length":9}]}',
      ],
    ],
    errors: [['{"mode":"NODE","uids":[{"host_id":5,"container_id":0,"length":9}]}', "in: mode", "ERR_MAP_TEXT", "POD"]],
    foreign: ['{"uids":[]}'],
  },
  {
    format: formats.containerd,
    reads: [
      ["containerd.io/snapshot/uidmapping=0:100000:65536 containerd.io/snapshot/gidmapping=0:100000:65536", BLOCK],
      [
        '{"containerd.io/snapshot/uidmapping":"0:1:2,5:6:7"}',
        {
          uid: [
            [0, 1, 2],
            [5, 6, 7],
          ],
        },
      ],
    ],
    writes: [
      [BLOCK, "containerd.io/snapshot/uidmapping=0:100000:65536 containerd.io/snapshot/gidmapping=0:100000:65536"],
    ],
    errors: [["containerd.io/snapshot/uidmapping=0:1", "in:1:35", "ERR_MAP_TEXT", "inside:outside:count"]],
    foreign: ["0:1:2"],
  },
  {
    format: formats.docker,
    reads: [['{"userns-remap": "default"}', { uid: BLOCK, gid: [[0, 200000, 65536]] }, USER]],
    writes: [],
    errors: [
      ['{"userns-remap": "ben"}', "in", "ERR_MAP_TEXT", "--subuid"],
      ['{"userns-remap": 5}', "in: userns-remap", "ERR_MAP_TEXT", "user:group"],
      ["--userns-remap=", "in:1:1", "ERR_MAP_TEXT", "user:group"],
    ],
    foreign: ["{}"],
  },
  {
    format: formats.rootless,
    reads: [
      [
        "rootless:ben",
        {
          uid: [
            [0, 1000, 1],
            [1, 100000, 65536],
          ],
          gid: [
            [0, 1001, 1],
            [1, 200000, 65536],
          ],
        },
        USER,
      ],
    ],
    writes: [],
    errors: [
      ["rootless:", "in", "ERR_MAP_TEXT", "--user"],
      ["rootless:eve", "in:1:1", "ERR_MAP_TEXT", "ben", USER],
    ],
    foreign: ["rootless", "ben"],
  },
  {
    format: formats.podmanUserns,
    reads: [
      [
        "keep-id",
        {
          uid: [
            [0, 100000, 1000],
            [1000, 1000, 1],
            [1001, 101000, 64536],
          ],
          gid: [
            [0, 200000, 1001],
            [1001, 1001, 1],
            [1002, 201001, 64535],
          ],
        },
        USER,
      ],
      [
        "--userns=keep-id:uid=0,gid=0,size=3",
        {
          uid: [
            [0, 1000, 1],
            [1, 100000, 2],
          ],
          gid: [
            [0, 1001, 1],
            [1, 200000, 2],
          ],
        },
        USER,
      ],
      ["UserNS=nomap", { uid: BLOCK, gid: [[0, 200000, 65536]] }, USER],
      ["--userns host", [[0, 0, 4294967295]]],
    ],
    writes: [],
    errors: [
      ["keep-id", "in", "ERR_MAP_TEXT", "--user"],
      ["auto:size=8192", "in", "ERR_MAP_TEXT", "podman inspect"],
      ["--userns=none", "in:1:10", "ERR_MAP_TEXT", "keep-id"],
      ["keep-id:uid=x", "in:1:13", "ERR_MAP_TEXT", "decimal", USER],
      ["keep-id:name=5", "in:1:9", "ERR_MAP_TEXT", "uid=N", USER],
    ],
    foreign: ["keep", "autoload", "nomaps"],
  },
  {
    format: formats.podmanVolume,
    reads: [
      [
        "idmap=uids=0-1-10#10-11-10;gids=0-100-10",
        {
          uid: [
            [0, 1, 10],
            [10, 11, 10],
          ],
          gid: [[0, 100, 10]],
        },
      ],
      ["/srv:/data:ro,idmap=uids=@1005-1000-1", { uid: [[1005, 100999, 1]] }, CONTAINER],
      [
        "idmap",
        {
          uid: [
            [0, 1000, 1],
            [1, 100000, 65536],
          ],
          gid: [[0, 200000, 65536]],
        },
        CONTAINER,
      ],
    ],
    writes: [[{ uid: [[0, 1, 10]], gid: [[5, 6, 7]] }, "idmap=uids=0-1-10;gids=5-6-7"]],
    errors: [
      ["idmap=uids=0-1", "in:1:12", "ERR_MAP_TEXT", "disk-shown-count"],
      ["idmap=uids=@0-0-1", "in:1:12", "ERR_MAP_TEXT", "container's own map"],
      ["idmap=uids=@0-90000-1", "in:1:12", "ERR_MAP_TEXT", "container's map holds", CONTAINER],
      ["idmap", "in:1:1", "ERR_MAP_TEXT", "behind idmap="],
    ],
    foreign: ["idmapping", "idmap=u:0:1:1"],
  },
  {
    format: formats.proxmox,
    reads: [
      ["mp0: /srv,mp=/srv,idmap=u:1005:1005:1;g:1005:1005:1", [[1005, 1005, 1]]],
      ["u:1:2:3;g:4:5:6", { uid: [[1, 2, 3]], gid: [[4, 5, 6]] }],
      ["idmap=passthrough", [[0, 0, 4294967295]]],
    ],
    writes: [[{ uid: [[1, 2, 3]], gid: [[4, 5, 6]] }, "idmap=u:1:2:3;g:4:5:6"]],
    errors: [["idmap=u:1:2:3;x:1:2:3", "in:1:15", "ERR_MAP_TEXT", "u: or g:"]],
    foreign: ["idmap=uids=0-1-1", "u:0:1:1"],
  },
  {
    format: formats.storageConf,
    reads: [
      [
        '[storage.options]\nremap-uids = "0:1:2,5:6:7"\nremap-gids="0:1:2"\n',
        {
          uid: [
            [0, 1, 2],
            [5, 6, 7],
          ],
          gid: [[0, 1, 2]],
        },
      ],
    ],
    writes: [[{ uid: [[0, 1, 2]], gid: [[3, 4, 5]] }, 'remap-uids = "0:1:2"\nremap-gids = "3:4:5"']],
    errors: [
      ['remap-uids = "0:1"', "in:1:15", "ERR_MAP_TEXT", "inside:outside:count"],
      ["remap-gids =", "in:1:1", "ERR_MAP_TEXT", "a map"],
    ],
    foreign: ['remap-user = "containers"'],
  },
  {
    format: formats.xMount,
    reads: [
      [
        'X-mount.idmap="u:1000:0:1 g:1001:1:2 b:5000:1000:2"',
        {
          uid: [
            [1000, 0, 1],
            [5000, 1000, 2],
          ],
          gid: [
            [1001, 1, 2],
            [5000, 1000, 2],
          ],
        },
      ],
      [
        "/dev/sda1 /mnt ext4 rw,X-mount.idmap=0:0:1\\040500:1000:1,noatime 0 0",
        [
          [0, 0, 1],
          [500, 1000, 1],
        ],
      ],
      ["mount:b:0:1:1", [[0, 1, 1]]],
    ],
    writes: [[{ uid: [[1000, 0, 1]], gid: [[1001, 1, 2]] }, 'X-mount.idmap="u:1000:0:1 g:1001:1:2"']],
    errors: [
      ["X-mount.idmap=/proc/42/ns/user", "in:1:15", "ERR_MAP_TEXT", "uid_map"],
      ["X-mount.idmap=x:1:2:3", "in:1:15", "ERR_MAP_TEXT", "u:, g: or b:"],
      ["X-mount.idmap=", "in", "ERR_MAP_TEXT", "no line"],
    ],
    foreign: ["b:0:1:1", "idmap=u:0:1:1"],
  },
  {
    format: formats.mountIdmapped,
    reads: [
      [
        "mount-idmapped --map-mount=both:0:1:9 --map-mount u:20:30:1 /a /b",
        {
          uid: [
            [0, 1, 9],
            [20, 30, 1],
          ],
          gid: [[0, 1, 9]],
        },
      ],
    ],
    writes: [[BLOCK, "--map-mount=b:0:100000:65536"]],
    errors: [
      ["--map-mount=x:0:1:9", "in:1:13", "ERR_MAP_TEXT", "u:, g: or b:"],
      ["--map-mount", "in:1:1", "ERR_MAP_TEXT", "a value"],
    ],
    foreign: ["--map-users=0:1:1"],
  },
  {
    format: formats.virtiofsd,
    reads: [["virtiofsd --uid-map=:0:100000:65536: --gid-map=/0/5/6/", { uid: BLOCK, gid: [[0, 5, 6]] }]],
    writes: [[BLOCK, "--uid-map=:0:100000:65536: --gid-map=:0:100000:65536:"]],
    errors: [["--uid-map=:0:1:2", "in:1:11", "ERR_MAP_TEXT", ":inside:outside:count:"]],
    foreign: ["--uidmap 0:1:2"],
  },
  {
    format: formats.bindfs,
    reads: [
      ["bindfs --map=1000/0:@1000/@0 /a /b", [[1000, 0, 1]]],
      ["--uid-offset=100", { uid: [[0, 100, 4294967195]] }],
      ["--gid-offset -2", { gid: [[2, 0, 4294967293]] }],
    ],
    writes: [[{ uid: [[5, 6, 2]], gid: [[7, 8, 1]] }, "--map=5/6:6/7:@7/@8"]],
    errors: [
      ["--map=1/2:@3/4", "in:1:11", "ERR_MAP_TEXT", "@gid/@gid"],
      ["--map=ben/root", "in:1:7", "ERR_MAP_TEXT", "decimal"],
    ],
    foreign: ["--map=1:2", "1/2"],
  },
  {
    format: formats.unshare,
    reads: [
      ["unshare --map-users=0:1:9 --map-groups 0,5,7", { uid: [[0, 1, 9]], gid: [[5, 0, 7]] }],
      [
        "--map-auto --map-root-user",
        {
          uid: [
            [0, 1000, 1],
            [1, 100000, 65535],
          ],
          gid: [
            [0, 1001, 1],
            [1, 200000, 65535],
          ],
        },
        USER,
      ],
      ["unshare -c", { uid: [[1000, 1000, 1]], gid: [[1001, 1001, 1]] }, USER],
      ["--map-users=all", { uid: [[0, 0, 4294967295]] }],
      [
        "--map-users=subids --map-user=5",
        {
          uid: [
            [5, 1000, 1],
            [100000, 100000, 65536],
          ],
        },
        USER,
      ],
    ],
    writes: [[{ uid: [[0, 1, 9]], gid: [[5, 0, 7]] }, "--map-users=0:1:9 --map-groups=5:0:7"]],
    errors: [
      ["--map-users=0:1000:5x", "in:1:20", "ERR_MAP_TEXT", "decimal"],
      ["--map-users=auto", "in", "ERR_MAP_TEXT", "--user"],
      ["--map-users=0,1", "in:1:13", "ERR_MAP_TEXT", "outer,inner,count"],
      ["--map-users=0:1:1 /bin/sh", "in:1:19", "ERR_MAP_TEXT", "--map-users"],
    ],
    foreign: ["--map-mount=b:0:1:1", "--uidmap 0:1:1"],
  },
  {
    format: formats.nspawn,
    reads: [
      ["systemd-nspawn --private-users=524288:65536", [[0, 524288, 65536]]],
      ["[Exec]\nPrivateUsers=524288\n", [[0, 524288, 65536]]],
      ["--private-users=identity", [[0, 0, 65536]]],
    ],
    writes: [[[[0, 524288, 131072]], "--private-users=524288:131072"]],
    errors: [
      ["--private-users=pick", "in", "ERR_MAP_TEXT", "machinectl"],
      ["--private-users=no", "in:1:17", "ERR_MAP_TEXT", "BASE"],
    ],
    foreign: ["private-users"],
  },
  {
    format: formats.fuseOverlayfs,
    reads: [
      [
        "-o lowerdir=/a,uidmapping=0:1:9:20:30:1,gidmapping=0:2:9",
        {
          uid: [
            [0, 1, 9],
            [20, 30, 1],
          ],
          gid: [[0, 2, 9]],
        },
      ],
    ],
    writes: [
      [
        {
          uid: [
            [0, 1, 9],
            [20, 30, 1],
          ],
          gid: [[0, 2, 9]],
        },
        "uidmapping=0:1:9:20:30:1,gidmapping=0:2:9",
      ],
    ],
    errors: [["uidmapping=0:1", "in:1:1", "ERR_MAP_TEXT", "three numbers"]],
    foreign: ["uidmap=0:1:1"],
  },
  {
    format: formats.fuidshift,
    reads: [
      ["b:0:100000:65536", BLOCK],
      ["u:0:1:9 g:0:2:9", { uid: [[0, 1, 9]], gid: [[0, 2, 9]] }],
    ],
    writes: [[{ uid: [[0, 1, 9]], gid: [[0, 2, 9]] }, "u:0:1:9 g:0:2:9"]],
    errors: [
      ["u:0:1", "in:1:3", "ERR_MAP_TEXT", "inside:host:count"],
      ["b:0:1:9 0:1:9", "in:1:9", "ERR_MAP_TEXT", "u:, g: or b:"],
    ],
    foreign: ["x:0:1:1", "u:0:1:1;g:0:1:1"],
  },
  {
    format: formats.subidMap,
    reads: [
      [
        "# mine\nben:100000:65536\nben:300000:10\n",
        [
          [0, 100000, 65536],
          [65536, 300000, 10],
        ],
      ],
      ["eve:5:6\nben:100000:65536\n", BLOCK, USER],
      [
        "ben:100000:6\n1000:100006:65530\n",
        [
          [0, 100000, 6],
          [6, 100006, 65530],
        ],
        USER,
      ],
    ],
    writes: [
      [BLOCK, "dockremap:100000:65536"],
      [BLOCK, "ben:100000:65536", USER],
    ],
    errors: [
      ["ben:1:2\neve:3:4", "in", "ERR_MAP_TEXT", "one owner"],
      ["ben:1:2\nben:x:4", "in:2", "ERR_MAP_TEXT", "no number"],
      ["pods:327680:4294836224", "in:1", "ERR_ID_RANGE", "32-bit"],
      ["eve:5:6", "in", "ERR_MAP_TEXT", "a line of ben", USER],
    ],
    foreign: ["1000:100000:65536", "u:0:1:1", "ben"],
  },
];

for (const cases of CASES) testFormat(cases);

test("every registered format has a row in a suite", () => {
  const elsewhere = ["triples", "uid_map", "lxc", "raw.idmap", "incus", "kubelet", "podman"];
  assert.deepEqual(
    [...elsewhere, ...CASES.map(({ format }) => format.name)].sort(),
    formats.MAP_FORMATS.map(({ name }) => name).sort(),
  );
});

test("files that people edit keep every line that is not the map's", () => {
  const maps = {
    uid: idMap<"uid">([{ first: 0, lowerFirst: 5, count: 6 }]),
    gid: idMap<"gid">([{ first: 0, lowerFirst: 7, count: 8 }]),
  };
  const conf = '# mine\n[storage]\ndriver = "overlay"\n[storage.options]\n# none yet\n';
  assert.equal(formats.printKept(formats.readStorageConf(conf)), conf);
  assert.equal(
    formats.printKept(formats.setStorageMaps(formats.readStorageConf(conf), maps)),
    '# mine\n[storage]\ndriver = "overlay"\n[storage.options]\nremap-uids = "0:5:6"\nremap-gids = "0:7:8"\n# none yet\n',
  );
  const pve = "arch: amd64\nmp0: /srv,mp=/srv,idmap=u:0:1:1,ro=1\n#old\nmp1: /x,mp=/x\n";
  assert.equal(
    formats.printKept(formats.setProxmoxMap(formats.readProxmoxConfig(pve), "mp0", maps)),
    "arch: amd64\nmp0: /srv,mp=/srv,ro=1,idmap=u:0:5:6;g:0:7:8\n#old\nmp1: /x,mp=/x\n",
  );
  const nss = "passwd: files\nsubid:   sss # of IPA\n";
  assert.equal(formats.printKept(formats.parseNsswitch(nss)), nss);
  assert.equal(formats.subidSource(formats.parseNsswitch(nss)), "sss");
  assert.equal(formats.subidSource(formats.parseNsswitch("passwd: files\n")), "files");
  assert.match(formats.parseNsswitch("subid: files sss\n").lines[0]?.fault ?? "", /one source/);
});

test("a target's limits are told with the limit, what was given and what would fit", () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ first: at * 2, lowerFirst: at * 3, count: 1 }));
  const pair = (uid: number, gid = uid) => ({ uid: idMap<"uid">(lines(uid)), gid: idMap<"gid">(lines(gid)) });
  const rows: readonly (readonly [formats.MapFormat, formats.MapPair, string | null, string])[] = [
    [formats.uidMap, pair(340), null, ""],
    [formats.uidMap, pair(341), "lines", "340 lines would fit"],
    [formats.ociRootless, pair(5), null, ""],
    [formats.ociRootless, pair(6), "lines", "20 arguments"],
    [formats.oci, pair(1, 0), "both", "uid lines for both"],
    [formats.cri, pair(2), "lines", "one line of uid"],
    [
      formats.nspawn,
      { uid: idMap([{ first: 1, lowerFirst: 5, count: 9 }]), gid: idMap([{ first: 1, lowerFirst: 5, count: 9 }]) },
      "first",
      "begins at 0",
    ],
    [
      formats.kubelet,
      { uid: idMap([{ first: 0, lowerFirst: 5, count: 9 }]), gid: idMap([{ first: 0, lowerFirst: 5, count: 9 }]) },
      "multiple",
      "0:65536:65536 would fit",
    ],
    [
      formats.kubelet,
      {
        uid: idMap([{ first: 0, lowerFirst: 65536, count: 65536 }]),
        gid: idMap([{ first: 0, lowerFirst: 131072, count: 65536 }]),
      },
      "alike",
      "same map",
    ],
    [formats.subidMap, pair(2), "gapless", "without a gap"],
    [
      formats.bindfs,
      {
        uid: idMap([{ first: 0, lowerFirst: 65536, count: 1001 }]),
        gid: idMap([{ first: 0, lowerFirst: 1, count: 1 }]),
      },
      "ids",
      "1000 ids",
    ],
  ];
  for (const [format, maps, limit, word] of rows) {
    const misfit = formats.misfitOf(format.target, maps);
    assert.equal(misfit?.limit ?? null, limit, format.name);
    if (misfit) assert.ok(`${misfit.expected} ${misfit.fix}`.includes(word), JSON.stringify(misfit));
  }
});

test("the first word of a file is no prefix", () => {
  const read = formats.readFileMaps("kubelet:65536:131072\n", { where: "/etc/subuid" });
  assert.equal(read.format, formats.subidMap);
});

test("lines that continue each other are one line to a target", () => {
  const map = [
    { first: 0, lowerFirst: 65536, count: 10 },
    { first: 10, lowerFirst: 65546, count: 65526 },
  ];
  const maps = { uid: idMap<"uid">(map), gid: idMap<"gid">(map) };
  assert.equal(formats.misfitOf(formats.cri.target, maps), null);
  assert.equal(formats.joined(formats.cri.target, maps).uid.extents.length, 1);
});

test("what is no map is read, or refused with its place", () => {
  assert.deepEqual(formats.readGetsubids("# foo\n0: foo 100000 655360\n"), [{ first: 100000, count: 655360 }]);
  assert.deepEqual(formats.readUidRange("1000680000/10000"), { first: 1000680000, count: 10000 });
  for (const wrong of [
    () => formats.readGetsubids("ben 1 2"),
    () => formats.readUidRange("5"),
    () => formats.readOpenshiftPool("9-1/1"),
    () => formats.readOverrideStat("1000:1001"),
    () => formats.readOverrideStat("1000:1001:0600:char-1"),
    () => formats.readOverrideStat("1000:1001:0600:door"),
  ])
    assert.throws(wrong, UsernsError);
});
