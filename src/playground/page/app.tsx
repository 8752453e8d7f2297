import { useEffect, useMemo, useState } from "preact/hooks";
import { type Engine, init } from "../../core/index.ts";
import { attempt } from "./attempt.ts";
import { FaultNote } from "./fault-note.tsx";
import { FIRST_PART, PARTS, partNamed } from "./parts.tsx";
import { useAddress } from "./use-address.ts";

/** The page: which part is open, what it shows, and an address that holds both. */
export function App() {
  const [engine, setEngine] = useState<Engine | null>(null);
  const { part: name, state, fault, show } = useAddress(FIRST_PART);
  useEffect(() => {
    void init().then(setEngine);
  }, []);
  const part = partNamed(name);
  const opened = useMemo(() => (state === null ? null : attempt(() => part.open(state))), [part, state]);
  // A state that is none of the part's is told, and the part shown as it is at first.
  const view = opened && (opened.value ?? part.open(undefined));
  const wrong = fault ?? opened?.fault ?? null;
  return (
    <>
      <header>
        <h1>
          userns <span>playground</span>
        </h1>
        <nav aria-label="Parts of the page">
          {PARTS.map((each) => (
            <a key={each.name} href={`#${each.name}`} aria-current={each === part ? "page" : undefined}>
              {each.title}
            </a>
          ))}
        </nav>
        {engine ? <EngineNote engine={engine} /> : null}
      </header>
      <main>
        <div class="lead">
          <h2>{part.title}</h2>
          <p>{part.about}</p>
        </div>
        {wrong ? <FaultNote fault={wrong} /> : null}
        {engine && view ? view({ engine, show, onChange: (next) => show(part.name, next) }) : null}
      </main>
      <footer>
        The address holds what a part shows: copy it, and others see the same. Nothing that you enter leaves this page.
      </footer>
    </>
  );
}

function EngineNote({ engine }: { readonly engine: Engine }) {
  return (
    <p class="engine">
      engine: {engine.name}
      {engine.fallback ? <span class="dim"> ({engine.fallback})</span> : null}
    </p>
  );
}
