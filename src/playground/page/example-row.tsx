interface Given<Example> {
  readonly examples: readonly Example[];
  readonly onOpen: (example: Example) => void;
}

/** Examples of a part, to open with one click. */
export function ExampleRow<Example extends { readonly title: string; readonly about: string }>({
  examples,
  onOpen,
}: Given<Example>) {
  return (
    <div class="examples">
      {examples.map((example) => (
        <button key={example.title} type="button" title={example.about} onClick={() => onOpen(example)}>
          {example.title}
        </button>
      ))}
    </div>
  );
}
