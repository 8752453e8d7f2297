/**
 * The source of a file of src/kernel with every break in it at once, each behind a switch: `isBroken(7) ? broken : as it was`.
 *
 * So one bundle holds all mutants, and a run of the vectors as they are tells which of them each vector reaches.
 */
import ts from "typescript";
import { breaksOf, isLeftOut } from "./operators.ts";

/** One break of one place. */
export interface Mutant {
  /** Its place in the list of all. */
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** The function it is in. */
  readonly inside: string;
  /** The source as it was, in one line. */
  readonly from: string;
  readonly what: string;
  /** Which of those that are alike in all but the line, from 1. */
  readonly nth: number;
}

/** What a mutant is called where line numbers may change: the same in each run, as long as its function stays. */
export function nameOf({ file, inside, from, what, nth }: Mutant): string {
  return `${file} ${inside}: ${from} → ${what}${nth === 1 ? "" : ` (${nth})`}`;
}

/** The name of the switch in the bundle. */
export const SWITCH = "globalThis.isBroken";

/** Names of functions and methods that say why, read a scenario's arguments, or check what no scenario can do. */
const TALK = /^(read|show|showOwners|showEntry|notMapped|outside|requireOwnFiles|refuseExtras|#requireMarkable)$/;

/** Functions that refuse what is not modelled, by its name. */
const REFUSED_BY_NAME = /(requireOwnFiles|refuseExtras|requireMarkable)$/;

/** What explains an answer and does not make it: the reason of a refusal, errors of a scenario. */
function isTalk(node: ts.Node): boolean {
  if (ts.isThrowStatement(node) || ts.isTypeNode(node) || ts.isImportDeclaration(node)) return true;
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression))
    if (REFUSED_BY_NAME.test(node.expression.expression.getText())) return true;
  // Narrowing: what it withholds was refused before, or never is.
  if (ts.isIfStatement(node) && ts.isThrowStatement(node.thenStatement)) return true;
  if (
    (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node)) &&
    TALK.test(node.name?.getText() ?? "")
  )
    return true;
  const { parent } = node;
  if (parent === undefined || !ts.isCallExpression(parent)) return false;
  const called = parent.expression.getText();
  return ["deny", "refuse"].includes(called) && parent.arguments[2] === node;
}

/** @param first  the id of the first mutant here */
export function mutate(
  file: string,
  text: string,
  first: number,
): { readonly text: string; readonly mutants: readonly Mutant[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const mutants: Mutant[] = [];

  const add = (node: ts.Node, what: string): number => {
    const id = first + mutants.length;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const [inside, from] = [functionOf(node), oneLine(node.getText())];
    const alike = mutants.filter((other) => other.inside === inside && other.from === from && other.what === what);
    mutants.push({ id, file, line, inside, from, what, nth: alike.length + 1 });
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
    if (isTalk(node)) return node.getText();
    if (ts.isShorthandPropertyAssignment(node)) return node.getText();
    if (!isInFunction(node)) return inner(node);
    if (isLeftOut(node)) return `${SWITCH}(${add(node.expression, "left out")}) || (${write(node.expression)});`;
    const switched = breaksOf(node).map(({ what, text: broken }) => `${SWITCH}(${add(node, what)}) ? (${broken}) : `);
    return switched.length === 0 ? inner(node) : `(${switched.join("")}(${inner(node)}))`;
  };

  return { text: inner(source), mutants };
}

function isInFunction(node: ts.Node): boolean {
  return ts.findAncestor(node.parent, (above) => ts.isFunctionLike(above)) !== undefined;
}

/** The nearest named function, method or table entry around a node. */
function functionOf(node: ts.Node): string {
  const named = ts.findAncestor(
    node,
    (above) =>
      ts.isFunctionDeclaration(above) ||
      ts.isMethodDeclaration(above) ||
      ((ts.isVariableDeclaration(above) || ts.isPropertyAssignment(above)) &&
        above.initializer !== undefined &&
        ts.isArrowFunction(above.initializer)),
  );
  if (
    named &&
    (ts.isFunctionDeclaration(named) ||
      ts.isMethodDeclaration(named) ||
      ts.isVariableDeclaration(named) ||
      ts.isPropertyAssignment(named))
  )
    return named.name?.getText() ?? "default";
  return "constructor";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
