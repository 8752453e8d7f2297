import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { UsernsError } from "../../core/index.ts";
import { placeOf } from "./replayed.ts";

interface Given {
  readonly text: string;
  readonly fault: UsernsError | null;
  /** The line of the call that is shown, from 1; 0 for none. */
  readonly line: number;
  readonly onChange: (text: string) => void;
}

const COLORS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "code-key" },
  { tag: tags.comment, class: "code-comment" },
  { tag: [tags.string, tags.special(tags.string)], class: "code-text" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], class: "code-mark" },
]);

/** A text of YAML to edit; what is wrong with it is marked where it stands. Tab leaves it, as every other field. */
export function Editor({ text, fault, line, onChange }: Given) {
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const told = useRef(onChange);
  told.current = onChange;

  useEffect(() => {
    if (!box.current) return;
    const view = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          indentOnInput(),
          lintGutter(),
          yaml(),
          syntaxHighlighting(COLORS),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.contentAttributes.of({ "aria-label": "The scenario, in YAML", tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, []);

  // At once, not after the next paint: what is typed meanwhile would be lost.
  useLayoutEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === text) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const view = editor.current;
    if (view) view.dispatch(setDiagnostics(view.state, fault ? [diagnosticOf(view, fault)] : []));
  }, [fault, text]);

  useEffect(() => {
    const view = editor.current;
    if (!view || line < 1 || line > view.state.doc.lines || view.hasFocus) return;
    const { from } = view.state.doc.line(line);
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }, [line]);

  return <div ref={box} class="editor" />;
}

function diagnosticOf({ state }: EditorView, fault: UsernsError): Diagnostic {
  const { line, column } = placeOf(fault);
  const at = state.doc.line(Math.min(line, state.doc.lines));
  const from = Math.min(at.from + column - 1, at.to);
  const { expected, got, fix } = fault;
  return {
    from,
    to: at.to,
    severity: "error",
    message: `expected ${expected} (got ${got})${fix === undefined ? "" : `; ${fix}`}`,
  };
}
