import { LINUX, PROFILE_PATTERN } from "../kernel/index.ts";
import { type Arguments, CALLS, capability, type JsonSchema, objectOf } from "../kernel/syscall/index.ts";
import { OBSERVED_SCHEMA } from "./observed.ts";
import { SCENARIO_VERSION, SETUP_PARTS, type SetupPart } from "./scenario.ts";
import { NAMESPACE_ITEM, SOCKET_ITEM } from "./set-up.ts";
import { FILE_ITEM, FILESYSTEM_ITEM, MOUNT_ITEM } from "./set-up-files.ts";
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

/** The JSON Schema (2020-12) of a scenario, made of the tables that scenarios are read with. */
export function scenarioSchema(): JsonSchema {
  const steps = [...CALLS.values()].map(({ name, args }) => stepSchema(name, args));
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
        properties: Object.fromEntries(SETUP_PARTS.map((part) => [part, listSchema(objectOf(ITEM[part]).schema)])),
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

function stepSchema(name: string, args: Arguments): JsonSchema {
  const keys = Object.entries(args);
  return {
    type: "object",
    properties: {
      task: text,
      call: { const: name },
      ...Object.fromEntries(keys.map(([key, { schema }]) => [key, schema])),
      observed: { $ref: "#/$defs/observed" },
    },
    required: ["task", "call", ...keys.filter(([, { isOptional }]) => !isOptional).map(([key]) => key)],
    additionalProperties: false,
  };
}
