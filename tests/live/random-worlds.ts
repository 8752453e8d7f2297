/** Every kind of random world. */
import type fc from "fast-check";
import { NEIGHBOUR_FAMILIES, neighboursOf } from "./neighbours.ts";
import type { RandomWorld } from "./random.ts";
import { EXEC_WORLDS, FILE_WORLDS } from "./random-files.ts";
import { KEY_WORLDS } from "./random-keys.ts";
import { MAP_WORLDS } from "./random-maps.ts";
import { MOUNT_WORLDS } from "./random-mounts.ts";
import { OVERLAY_WORLDS } from "./random-overlays.ts";
import { CONNECTION_WORLDS, SOCKET_WORLDS } from "./random-sockets.ts";
import { TASK_WORLDS } from "./random-tasks.ts";

export const RANDOM_WORLDS: { readonly [name: string]: fc.Arbitrary<RandomWorld> } = {
  "files, their ACLs and attributes": FILE_WORLDS,
  "programs and credentials": EXEC_WORLDS,
  "processes and each other": TASK_WORLDS,
  "keys and keyrings": KEY_WORLDS,
  "maps and their writers": MAP_WORLDS,
  "mounts and their idmaps": MOUNT_WORLDS,
  "overlays and their layers": OVERLAY_WORLDS,
  "credentials sent over sockets": SOCKET_WORLDS,
  "sockets and their peers": CONNECTION_WORLDS,
  ...Object.fromEntries(
    NEIGHBOUR_FAMILIES.map((family) => [`neighbours of recorded vectors, ${family}`, neighboursOf(family)]),
  ),
};
