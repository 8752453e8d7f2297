/** The source of a file of src/kernel with every break in it at once, each behind its switch (switch.ts). */
import ts from "typescript";
import { isLeftOut, siteOf, tableBreak } from "./breaks.ts";
import { NAMES_LEFT_ALONE } from "./left-alone.ts";

/** One break of one place. */
export interface Mutant {
  /** Its place in the list of all. */
  readonly id: number;
  /** Below src/kernel. */
  readonly file: string;
  readonly line: number;
  /** The function it is in. */
  readonly inside: string;
  /** The source as it was, in one line. */
  readonly from: string;
  readonly what: string;
  /** Which of those that are alike in all but the line, from 1. */
  readonly nth: number;
  /** The change of a word that the compiler may refuse, as somebody would write it; null for every other change. */
  readonly asSource: Edit | null;
}

/** A piece of a file, by its offsets, and the text in its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a mutant is called where line numbers may change: the same in each run, as long as its function stays. */
export function nameOf({ file, inside, from, what, nth }: Mutant): string {
  return `${file} ${inside}: ${from} → ${what}${nth === 1 ? "" : ` (${nth})`}`;
}

/** @param first  the id of the first mutant here */
export function mutate(
  file: string,
  text: string,
  first: number,
): { readonly text: string; readonly mutants: readonly Mutant[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const mutants: Mutant[] = [];

  const add = (node: ts.Node, what: string, word?: string): number => {
    const id = first + mutants.length;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const [inside, from] = [placeOf(node), node.getText().replace(/\s+/g, " ")];
    const alike = mutants.filter((other) => other.inside === inside && other.from === from && other.what === what);
    const asSource = word === undefined ? null : { start: node.getStart(), end: node.getEnd(), text: word };
    mutants.push({ id, file, line, inside, from, what, nth: alike.length + 1, asSource });
    return id;
  };

  /** A node's text, with the breaks of what it holds. */
  const inner = (node: ts.Node): string => {
    let [out, at] = ["", node.getStart()];
    node.forEachChild((child) => {
      out += text.slice(at, child.getStart()) + write(child);
      at = child.getEnd();
    });
    return out + text.slice(at, node.getEnd());
  };

  const write = (node: ts.Node): string => {
    if (isTalk(node) || ts.isShorthandPropertyAssignment(node)) return node.getText();
    if (!isInFunction(node)) {
      const table = tableBreak(node);
      if (!table || !ts.isPropertyAssignment(node)) return inner(node);
      const {
        value,
        broken: { what, text: breakIt },
      } = table;
      return `get ${node.name.getText()}() { return ${breakIt(add(node, what), value.getText())}; }`;
    }
    if (isLeftOut(node)) return `$isBroken(${add(node.expression, "left out")}) || (${write(node.expression)});`;
    return broken(node);
  };

  /** A node's text with its own breaks and those of what it holds. */
  const broken = (node: ts.Node): string => {
    const { breaks, operands } = siteOf(node);
    if (breaks.length === 0) return inner(node);
    const switched = breaks.reduce(
      (was, { what, text, word }) => text(add(node, what, word), was),
      operands?.was ?? `(${inner(node)})`,
    );
    return operands ? `((a, b) => ${switched})(${operands.of.map(write).join(", ")})` : switched;
  };

  return { text: inner(source), mutants };
}

/** What explains an answer and does not make it: the reason of a refusal, errors about a scenario; and types. */
function isTalk(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node) && /^world\.trail\?\./.test(node.getText())) return true;
  if (ts.isIfStatement(node) && !node.elseStatement && isTalk(node.thenStatement)) return true;
  if (ts.isThrowStatement(node) || ts.isTypeNode(node) || ts.isImportDeclaration(node)) return true;
  // What may not be was refused before, or is a bug.
  if (ts.isIfStatement(node) && ts.isThrowStatement(node.thenStatement) && !node.elseStatement) return true;
  if ((isFunction(node) || ts.isPropertyAssignment(node)) && NAMES_LEFT_ALONE.has(node.name?.getText() ?? ""))
    return true;
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression))
    return NAMES_LEFT_ALONE.has(node.expression.expression.getText().replace("this.", ""));
  const { parent } = node;
  return (
    parent !== undefined &&
    ts.isCallExpression(parent) &&
    parent.expression.getText() === "deny" &&
    parent.arguments[2] === node
  );
}

function isInFunction(node: ts.Node): boolean {
  return ts.findAncestor(node.parent, ts.isFunctionLike) !== undefined;
}

/** A function, method or table entry that is one. */
function isFunction(
  node: ts.Node,
): node is ts.FunctionDeclaration | ts.MethodDeclaration | ts.VariableDeclaration | ts.PropertyAssignment {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return true;
  return (
    (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
    node.initializer !== undefined &&
    ts.isArrowFunction(node.initializer)
  );
}

/** The nearest function, call of a scenario or table around a node. */
function placeOf(node: ts.Node): string {
  const named = ts.findAncestor(node, isFunction)?.name?.getText() ?? callOf(node);
  return named ?? ts.findAncestor(node, ts.isVariableDeclaration)?.name.getText() ?? "constructor";
}

/** The call of a scenario that a table of calls defines around a node. */
function callOf(node: ts.Node): string | null {
  const defined = ts.findAncestor(
    node,
    (above): above is ts.CallExpression => ts.isCallExpression(above) && above.expression.getText() === "defineCall",
  );
  const [name] = defined?.arguments ?? [];
  return name && ts.isStringLiteral(name) ? name.text : null;
}
