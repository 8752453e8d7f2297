import type { Fault } from "../../core/index.ts";

/** A fault as a value or as an error. */
type Told = Omit<Fault, "fix"> & { readonly fix?: string | undefined };

/** What is wrong with an input: where, what was expected, what was found, what to do. */
export function FaultNote({ fault }: { readonly fault: Told }) {
  return (
    <div class="fault" role="alert">
      <strong>{fault.where}</strong>: expected {fault.expected} <span class="dim">(got {fault.got})</span>
      {fault.fix ? <div>{fault.fix}</div> : null}
    </div>
  );
}
