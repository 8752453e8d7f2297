import { ERRNO, type Errno } from "../kernel/index.ts";
import { type JsonSchema, scenarioError, type Values } from "../kernel/syscall/index.ts";

const ERRNOS = Object.keys(ERRNO);

function isErrno(value: unknown): value is Errno {
  return typeof value === "string" && Object.hasOwn(ERRNO, value);
}

/** What {@link readObserved} takes, as a JSON Schema. */
export const OBSERVED_SCHEMA: JsonSchema = {
  description: "What the call should answer: every key is compared, and none may be missing or too many.",
  oneOf: [
    {
      type: "object",
      description: "It succeeds; further keys are the values that it gives.",
      properties: { ok: { const: true }, errno: false, at: false },
      required: ["ok"],
    },
    {
      type: "object",
      description: "It fails; at: which system call of the step said no, where the step is several.",
      properties: { errno: { enum: ERRNOS }, at: { type: "string" } },
      required: ["errno"],
      additionalProperties: false,
    },
  ],
};

/**
 * The answer that a scenario expects of a call: `{ok: true, …}` or `{errno, at?}`.
 *
 * @throws UsernsError ERR_SCENARIO
 */
export function readObserved(observed: Values, where: string): Values {
  const { ok, errno, at, ...values } = observed;
  if ((ok === undefined) === (errno === undefined))
    throw scenarioError(where, 'either "ok: true" with what the call gives, or "errno"', observed);
  if (errno === undefined) {
    if (ok !== true) throw scenarioError(`${where}.ok`, "true", ok, "a call that fails has an errno in its place");
    if (at !== undefined) throw scenarioError(`${where}.at`, "nothing beside ok", at);
    return observed;
  }
  if (!isErrno(errno))
    throw scenarioError(`${where}.errno`, `an errno that the model can answer: ${ERRNOS.join(", ")}`, errno);
  if (at !== undefined && typeof at !== "string") throw scenarioError(`${where}.at`, "the name of a call", at);
  const [surplus] = Object.keys(values);
  if (surplus !== undefined) throw scenarioError(`${where}.${surplus}`, "errno and at alone", surplus);
  return observed;
}
