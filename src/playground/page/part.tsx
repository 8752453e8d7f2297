import type { ComponentType, VNode } from "preact";
import type { Engine } from "../../core/index.ts";

/** What every part of the page is given: its state, which its link holds whole, and the one engine of the page. */
export interface PartProps<State> {
  readonly state: State;
  readonly onChange: (state: State) => void;
  readonly engine: Engine;
  /** Open another part, or this one, with another state. */
  readonly show: (part: string, state: unknown) => void;
}

/** What the page knows of a part whose state it does not look into. */
export interface Part {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /**
   * The part as a state has it; as it is at first where that is undefined.
   *
   * @throws UsernsError for a state that is none of this part's
   */
  readonly open: (state: unknown) => (page: Omit<PartProps<unknown>, "state">) => VNode;
}

interface Described<State> {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly first: State;
  readonly read: (json: unknown) => State;
  readonly View: ComponentType<PartProps<State>>;
}

export function definePart<State>({ name, title, about, first, read, View }: Described<State>): Part {
  return {
    name,
    title,
    about,
    open: (json) => {
      const state = json === undefined ? first : read(json);
      return (page) => <View {...page} state={state} />;
    },
  };
}
