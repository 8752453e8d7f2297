import { LINUX, type Profile } from "../kernel/index.ts";
import { scenarioError, type UserSpace } from "../kernel/syscall/index.ts";
import { importFunctions, isFunctionsFile } from "./import-functions.ts";
import { importVector } from "./import-vector.ts";
import { type Recorded, recordedVector } from "./run-vector.ts";
import { recordedScript } from "./script/run-script.ts";
import { holdsScripts, importScripts } from "./script/script.ts";

const FORMS =
  "a list of vectors, or one ({id, op, observed…}); function calls ({scenarios, calls}); or scripts ({vectors: [{id, policy, steps…}]})";

function isOneVector(json: unknown): boolean {
  return typeof json === "object" && json !== null && "op" in json;
}

/**
 * Read a file of recorded answers, whichever of the three forms it has: vectors, function calls, scripts.
 *
 * @param where      what errors call the file
 * @param userSpace  the programs that steps of vectors may run
 * @param profile    which kernel shall answer vectors; the other forms say which they were asked of
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function importRecorded(
  json: unknown,
  where: string,
  userSpace: UserSpace | null = null,
  profile: Profile = LINUX,
): readonly Recorded[] {
  if (isFunctionsFile(json)) return importFunctions(json, where);
  if (holdsScripts(json)) return importScripts(json, where).map(recordedScript);
  if (!Array.isArray(json) && !isOneVector(json)) throw scenarioError(where, FORMS, json);
  const list: readonly unknown[] = Array.isArray(json) ? json : [json];
  return list.map((vector, index) => recordedVector(importVector(vector, `${where}[${index}]`, userSpace, profile)));
}
