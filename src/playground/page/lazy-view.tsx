import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PartProps } from "./part.tsx";

/** A part's view that is loaded when it is first opened: what it needs is most of the page. */
export function lazyView<State>(load: () => Promise<ComponentType<PartProps<State>>>): ComponentType<PartProps<State>> {
  let loaded: ComponentType<PartProps<State>> | null = null;
  return function LazyView(props: PartProps<State>) {
    const [View, setView] = useState(() => loaded);
    useEffect(() => {
      if (View) return;
      void load().then((found) => {
        loaded = found;
        setView(() => found);
      });
    }, [View]);
    return View ? <View {...props} /> : <p aria-busy="true">This part is loading.</p>;
  };
}
