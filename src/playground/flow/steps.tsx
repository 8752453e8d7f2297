import type { Explanation } from "../../explain/index.ts";

interface Given {
  readonly title: string;
  readonly explanation: Explanation;
}

/** A way in words: the answer, then each step with the line of the map that decided it. */
export function Steps({ title, explanation }: Given) {
  const { kind, from, to, isMapped, shown, steps } = explanation;
  return (
    <section class="card">
      <h3>{title}</h3>
      <p class={isMapped ? "answer is-yes" : "answer is-no"}>
        <span class="id">
          {kind} {from}
        </span>{" "}
        → <strong class="id">{isMapped ? to : `not mapped, shown as ${shown}`}</strong>
      </p>
      <ol class="steps">
        {steps.map((step, index) => (
          <li key={`${index}`} class={step.reason === "unmapped" || step.reason === "overflow" ? "is-hole" : ""}>
            <span class="id">
              {step.from} → {step.to}
            </span>
            <span>
              {step.map}, {step.why}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
