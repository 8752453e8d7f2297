import { ACL_CALLS } from "./acl-calls.ts";
import type { Call, CallTable } from "./call.ts";
import { EXEC_CALLS } from "./exec-calls.ts";
import { FILE_CALLS } from "./file-calls.ts";
import { FSID_CALLS } from "./fsid-calls.ts";
import { ID_CALLS } from "./id-calls.ts";
import { ID_FUNCTION_CALLS } from "./id-function-calls.ts";
import { IPC_CALLS } from "./ipc-calls.ts";
import { KERNEL_CALLS } from "./kernel-calls.ts";
import { KEY_CALLS } from "./key-calls.ts";
import { MAP_CALLS } from "./map-calls.ts";
import { MOUNT_CALLS } from "./mount-calls.ts";
import { NAMESPACE_CALLS } from "./namespace-calls.ts";
import { NETWORK_CALLS } from "./network-calls.ts";
import { PILE_CALLS } from "./pile-calls.ts";
import { PROC_CALLS } from "./proc-calls.ts";
import { PROCESS_CALLS } from "./process-calls.ts";
import { SHIFTFS_CALLS } from "./shiftfs-calls.ts";
import { SOCKET_CALLS } from "./socket-calls.ts";

/** Every family of calls, one line each. */
const FAMILIES: readonly CallTable[] = [
  ACL_CALLS,
  EXEC_CALLS,
  ID_CALLS,
  PILE_CALLS,
  MAP_CALLS,
  NAMESPACE_CALLS,
  PROCESS_CALLS,
  PROC_CALLS,
  SOCKET_CALLS,
  IPC_CALLS,
  KEY_CALLS,
  ID_FUNCTION_CALLS,
  KERNEL_CALLS,
  FSID_CALLS,
  NETWORK_CALLS,
  FILE_CALLS,
  MOUNT_CALLS,
  SHIFTFS_CALLS,
];

/** Every call that a step may make, by name. */
export const CALLS: ReadonlyMap<string, Call> = new Map(FAMILIES.flat().map((call) => [call.name, call]));
