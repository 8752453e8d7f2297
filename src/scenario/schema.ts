import { LINUX, PROFILE_PATTERN } from "../kernel/index.ts";
import {
  type Arguments,
  CALLS,
  capability,
  type JsonSchema,
  objectOf,
  type UserSpace,
} from "../kernel/syscall/index.ts";
import { OBSERVED_SCHEMA } from "./observed.ts";
import { SCENARIO_VERSION, SETUP_PARTS, type SetupPart } from "./scenario.ts";
import { NAMESPACE_ITEM, SOCKET_ITEM } from "./set-up.ts";
import { FILE_ITEM } from "./set-up-files.ts";
import { FILESYSTEM_ITEM } from "./set-up-filesystems.ts";
import { MOUNT_ITEM } from "./set-up-mounts.ts";
import { TASK_ITEM } from "./set-up-tasks.ts";

const ITEM: { readonly [Part in SetupPart]: Arguments } = {
  namespaces: NAMESPACE_ITEM,
  filesystems: FILESYSTEM_ITEM,
  files: FILE_ITEM,
  mounts: MOUNT_ITEM,
  sockets: SOCKET_ITEM,
  tasks: TASK_ITEM,
};

const text = { type: "string" };

/**
 * The JSON Schema (2020-12) of a scenario, made of the tables that scenarios are read with.
 *
 * @param userSpace  programs that its steps may run too
 */
export function scenarioSchema({ shape }: Pick<UserSpace, "shape"> = {}): JsonSchema {
  const calls = [...CALLS.values()].map(({ name, args }) => stepSchema(name, args, { task: text }, OBSERVED));
  const programs = Object.entries(shape?.programs ?? {}).map(([name, args]) => stepSchema(name, args, {}, PRINTED));
  const steps = [...calls, ...programs];
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:userns:scenario:${SCENARIO_VERSION}`,
    title: "userns scenario",
    type: "object",
    required: ["version", "steps"],
    additionalProperties: false,
    properties: {
      version: { const: SCENARIO_VERSION },
      profile: { type: "string", pattern: PROFILE_PATTERN, default: LINUX.name, description: "Which kernel answers." },
      title: text,
      names: { type: "object", additionalProperties: { type: "integer", minimum: 0, maximum: 4294967295 } },
      machine: { type: "object", properties: { lacks: listSchema(capability.schema) }, additionalProperties: false },
      setup: {
        type: "object",
        properties: {
          ...Object.fromEntries(SETUP_PARTS.map((part) => [part, listSchema(objectOf(ITEM[part]).schema)])),
          ...schemasOf(shape?.setup ?? {}),
        },
        additionalProperties: false,
      },
      steps: listSchema({ oneOf: steps }),
    },
    $defs: { observed: OBSERVED_SCHEMA },
  };
}

function listSchema(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

function schemasOf(args: Arguments): JsonSchema {
  return Object.fromEntries(Object.entries(args).map(([key, { schema }]) => [key, schema]));
}

const OBSERVED: JsonSchema = { $ref: "#/$defs/observed" };
/** What a program of user space prints is its own. */
const PRINTED: JsonSchema = { type: "object" };

/** @param who  who takes the step: nothing for a program, of which the setup or its arguments say who runs it */
function stepSchema(name: string, args: Arguments, who: JsonSchema, observed: JsonSchema): JsonSchema {
  const keys = Object.entries(args);
  return {
    type: "object",
    properties: { ...who, call: { const: name }, ...schemasOf(args), observed },
    required: [...Object.keys(who), "call", ...keys.filter(([, { isOptional }]) => !isOptional).map(([key]) => key)],
    additionalProperties: false,
  };
}
