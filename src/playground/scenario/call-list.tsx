import { useEffect, useRef } from "preact/hooks";
import { answerWords, callWords, differenceWords, type RunCall } from "../../explain/index.ts";
import { Steps } from "../flow/steps.tsx";

interface Given {
  readonly calls: readonly RunCall[];
  /** How many calls were made. */
  readonly step: number;
  readonly onStep: (step: number) => void;
}

/** Keeps the last call made in view of the list, and leaves the page where it is. */
function useInView(step: number) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const item = list.current?.children[step - 1];
    if (!list.current || !(item instanceof HTMLElement)) return;
    const top = item.offsetTop - list.current.offsetTop;
    if (top < list.current.scrollTop || top + item.offsetHeight > list.current.scrollTop + list.current.clientHeight)
      list.current.scrollTop = top;
  }, [step]);
  return list;
}

/** The calls in order, each with its answer; the last one made is told whole. */
export function CallList({ calls, step, onStep }: Given) {
  const list = useInView(step);
  return (
    <>
      <div class="row stepper">
        <button type="button" disabled={step === 0} onClick={() => onStep(step - 1)}>
          ◀ Back
        </button>
        <button type="button" class="is-main" disabled={step >= calls.length} onClick={() => onStep(step + 1)}>
          Forward ▶
        </button>
        <span>{step === 0 ? "before the first call" : `after call ${step} of ${calls.length}`}</span>
      </div>
      <ol class="calls" ref={list}>
        {calls.map((call) => (
          <li key={call.number} class={classOf(call, step)}>
            <button
              type="button"
              aria-current={call.number === step ? "step" : undefined}
              onClick={() => onStep(call.number)}
            >
              <span class="call-who">{call.task}</span>
              <span class="call-text">{callWords(call)}</span>
              <span class="call-answer">
                {call.differences.length > 0 ? "≠ " : ""}
                {answerWords(call)}
              </span>
            </button>
            {call.number === step ? <CallDetails call={call} /> : null}
          </li>
        ))}
      </ol>
    </>
  );
}

function classOf({ number, differences, answer }: RunCall, step: number): string {
  return [
    number > step ? "is-to-come" : "",
    differences.length > 0 ? "is-different" : "",
    answer.ok === true ? "" : "is-refused",
  ]
    .filter((name) => name !== "")
    .join(" ");
}

function CallDetails({ call }: { readonly call: RunCall }) {
  const { rule, because, differences, ids, bugs } = call;
  return (
    <div class="call-details">
      {rule ? (
        <p>
          <b>{rule.sentence}</b> {because === null || because === rule.sentence ? "" : `(${because}) `}
          <span class="dim">– {rule.source}</span>
        </p>
      ) : null}
      {differences.map((difference) => (
        <p key={difference.key} class="is-no-text">
          {difference.key}: {differenceWords(call.call, difference)}
        </p>
      ))}
      {bugs.map((bug) => (
        <p key={bug} class="is-no-text">
          the kernel stops here: {bug}
        </p>
      ))}
      {ids.map((explanation, index) => (
        <Steps key={`${index}`} title="The way of an id" explanation={explanation} />
      ))}
    </div>
  );
}
