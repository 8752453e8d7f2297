import { execFile } from "../exec-file.ts";
import { allow } from "../verdict.ts";
import { type CallTable, defineCall } from "./call.ts";
import { path } from "./path-argument.ts";

export const EXEC_CALLS: CallTable = [
  defineCall("exec", { path }, (world, task, { path }) => {
    const run = execFile(world, task, path);
    return run.ok ? allow({ secure: run.value.isSecure ? 1 : 0 }, run.rule) : run;
  }),
];
