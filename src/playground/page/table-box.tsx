import type { ComponentChildren } from "preact";

interface Given {
  /** What the table is of, for who hears the page. */
  readonly name: string;
  readonly children: ComponentChildren;
}

/** Room for a table that may be wider than the page: it is moved sideways by finger, wheel and arrow keys. */
export function TableBox({ name, children }: Given) {
  return (
    <section class="table-box" aria-label={name} tabindex={0}>
      {children}
    </section>
  );
}
