import type { UsernsError } from "../../core/index.ts";

/** What is wrong with an input: where, what was expected, what was found, what to do. */
export function FaultNote({ fault }: { readonly fault: UsernsError }) {
  return (
    <div class="fault" role="alert">
      <strong>{fault.where}</strong>: expected {fault.expected} <span class="dim">(got {fault.got})</span>
      {fault.fix ? <div>{fault.fix}</div> : null}
    </div>
  );
}
