import { FLOW_EXAMPLES } from "../flow/flow-examples.ts";
import type { PartProps } from "../page/part.tsx";
import { SCENARIO_GROUPS } from "./catalogue.ts";

interface Example {
  readonly title: string;
  readonly about: string;
  readonly open: () => void;
}

/** Everything that can be opened with one click, by subject. */
export function ExamplesPart({ show }: Pick<PartProps<null>, "show">) {
  const flows = FLOW_EXAMPLES.map(({ flow, ...words }) => ({ ...words, open: () => show("flow", flow) }));
  return (
    <>
      <Group
        title="Maps to look at"
        about="In the flow: who is who, from the container to the disk."
        examples={flows}
      />
      {SCENARIO_GROUPS.map(({ title, about, examples }) => (
        <Group
          key={title}
          title={title}
          about={about}
          examples={examples.map(({ name, ...words }) => ({
            ...words,
            open: () => show("scenario", { example: name, text: "", step: 0 }),
          }))}
        />
      ))}
    </>
  );
}

interface GroupGiven {
  readonly title: string;
  readonly about: string;
  readonly examples: readonly Example[];
}

function Group({ title, about, examples }: GroupGiven) {
  return (
    <section class="example-group">
      <h3>{title}</h3>
      <p class="dim">{about}</p>
      <div class="example-grid">
        {examples.map((example) => (
          <button key={`${example.title} ${example.about}`} type="button" onClick={example.open}>
            <b>{example.title}</b>
            <span>{example.about}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
