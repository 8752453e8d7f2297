/** The ways in which a rule of src/kernel is broken: each takes a piece of its source and says what it becomes. */
import ts from "typescript";
import { ERRNO } from "../../src/kernel/errno.ts";

/** One change of one expression. */
export interface Break {
  /** What is done, in words. */
  readonly what: string;
  /** The source with the break in it, behind the switch `id`. @param was  the source as it was */
  readonly text: (id: number, was: string) => string;
  /** For a word in place of another that the compiler may refuse there: that word, as source. */
  readonly word?: string;
}

/** A piece of source that can be broken. */
export interface Site {
  readonly breaks: readonly Break[];
  /** Where the breaks speak of operands, which are read once: what a and b stand for, and the source in terms of them. */
  readonly operands: { readonly of: readonly ts.Expression[]; readonly was: string } | null;
}

const other = (what: string, text: string): Break => ({ what, text: (id, was) => `$value(${id}, ${was}, ${text})` });
const NEVER: Break = { what: "never", text: (id, was) => `$condition(${id}, ${was}, false)` };
const ALWAYS: Break = { what: "always", text: (id, was) => `$condition(${id}, ${was}, true)` };
const NOTHING: Break = { what: "nothing", text: (id, was) => `$orNothing(${id}, ${was})` };

/** Comparisons take their end or leave it. */
const BOUNDARIES: ReadonlyMap<ts.SyntaxKind, readonly [was: string, other: string]> = new Map([
  [ts.SyntaxKind.LessThanToken, ["<", "<="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["<=", "<"]],
  [ts.SyntaxKind.GreaterThanToken, [">", ">="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, [">=", ">"]],
]);

/** Words that choose a way: the direction of a hop, whose ids, which kind. Each becomes the other. */
const OTHER_WORD: { readonly [word: string]: string } = {
  uid: "gid",
  gid: "uid",
  up: "down",
  down: "up",
  shown: "checked",
  checked: "shown",
  fscreds: "realcreds",
  realcreds: "fscreds",
};

/** Functions whose last argument names a capability, which becomes one that no rule here asks for. */
const ASKS_CAPABILITY: readonly string[] = ["isCapableOver", "isNsCapable", "nsCapable", "hasCap", "mayTraceIn"];
const UNASKED_CAPABILITY = "audit_read";

/** An errno that few rules answer, or, where it is that one, another of the few. */
const OTHER_ERRNO = other("EIO", '"EIO"');
const ERRNO_FOR_EIO = other("ENXIO", '"ENXIO"');

/** The four ids of a credential: another is taken. */
const OTHER_ROLE: { readonly [role: string]: string } = {
  real: "effective",
  effective: "real",
  saved: "real",
  fs: "effective",
};
/** Its capability sets. */
const OTHER_SET: { readonly [set: string]: string } = {
  effective: "permitted",
  permitted: "effective",
  inheritable: "permitted",
  ambient: "inheritable",
  bounding: "permitted",
};

/** Every way to break an expression where it stands. */
export function siteOf(node: ts.Node): Site {
  const conditions = conditionBreaks(node);
  const [reads, bits] = [readSite(node), operatorSite(node)];
  const { breaks, operands } = reads ?? bits ?? { breaks: wordBreaks(node), operands: null };
  return { breaks: [...breaks, ...conditions], operands };
}

/** A condition is always so, or never; a part of one is left out. */
function conditionBreaks(node: ts.Node): readonly Break[] {
  const { parent } = node;
  if (ts.isIfStatement(parent) && parent.expression === node) return [NEVER, ALWAYS];
  if (ts.isConditionalExpression(parent) && parent.condition === node) return [NEVER, ALWAYS];
  if (ts.isWhileStatement(parent) && parent.expression === node) return [NEVER];
  if (!ts.isBinaryExpression(parent)) return answersYesOrNo(node) ? [NEVER, ALWAYS] : [];
  if (parent.operatorToken === node) return [];
  const { kind } = parent.operatorToken;
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return [ALWAYS];
  if (kind === ts.SyntaxKind.BarBarToken) return [NEVER];
  return kind === ts.SyntaxKind.QuestionQuestionToken && parent.left === node ? [NOTHING] : [];
}

/** Is the expression what a function declared as boolean returns? */
function answersYesOrNo(node: ts.Node): boolean {
  if (!ts.isReturnStatement(node.parent)) return false;
  const made = ts.findAncestor(node, ts.isFunctionLike);
  return (
    made?.type?.kind === ts.SyntaxKind.BooleanKeyword &&
    node.kind !== ts.SyntaxKind.TrueKeyword &&
    node.kind !== ts.SyntaxKind.FalseKeyword
  );
}

/** Comparisons take their end or leave it; of two sets of bits one counts. */
function operatorSite(node: ts.Node): Site | null {
  if (!ts.isBinaryExpression(node)) return null;
  const of = [node.left, node.right];
  const [left, right] = of.map((operand) => operand.getText());
  const { kind } = node.operatorToken;
  const boundary = BOUNDARIES.get(kind);
  if (boundary) {
    const [was, instead] = boundary;
    return { breaks: [other(instead, `a ${instead} b`)], operands: { of, was: `a ${was} b` } };
  }
  if (kind === ts.SyntaxKind.BarToken)
    return { breaks: [other(`only ${left}`, "a"), other(`only ${right}`, "b")], operands: { of, was: "a | b" } };
  if (kind === ts.SyntaxKind.AmpersandToken)
    return { breaks: [other(`all of ${left}`, "a")], operands: { of, was: "a & b" } };
  return null;
}

/** A word becomes another: an errno, a capability, a direction, a kind of id. */
function wordBreaks(node: ts.Node): readonly Break[] {
  if (!ts.isStringLiteral(node)) return [];
  if (isErrno(node) && isValue(node)) return [otherErrno(node)];
  if (!ts.isCallExpression(node.parent)) return [];
  const { expression, arguments: args } = node.parent;
  if (ASKS_CAPABILITY.includes(expression.getText()) && args.at(-1) === node)
    return [other(UNASKED_CAPABILITY, `"${UNASKED_CAPABILITY}"`)];
  const word = OTHER_WORD[node.text];
  return word === undefined ? [] : [{ ...other(word, `"${word}"`), word: `"${word}"` }];
}

/** Is the literal given, chosen or kept, and not a name or what something is compared with? */
function isValue({ parent }: ts.StringLiteral): boolean {
  return (
    ts.isCallExpression(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isPropertyAssignment(parent)
  );
}

/** Another id or another set of the credential is read. */
function readSite(node: ts.Node): Site | null {
  if (!ts.isPropertyAccessExpression(node) || isWrittenTo(node) || ts.isOptionalChain(node)) return null;
  const owner = node.expression.getText();
  const name = node.name.text;
  const isOfIds = /(^|\.)(uid|gid|ids)$|\]$/.test(owner);
  const isOfCred = /(^|\.)(cred|old|caller|task|by\.\w+|opener|writer)$/.test(owner);
  const instead = isOfIds ? OTHER_ROLE[name] : isOfCred ? OTHER_SET[name] : undefined;
  if (instead === undefined) return null;
  return { breaks: [other(`.${instead}`, `a.${instead}`)], operands: { of: [node.expression], was: `a.${name}` } };
}

function isWrittenTo(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent);
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  return operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}

/**
 * A value of a table, broken. Tables are made while the module loads, when no mutant is on: what is broken there is
 * asked for later.
 */
export function tableBreak(node: ts.Node): { readonly value: ts.Expression; readonly broken: Break } | null {
  if (!ts.isPropertyAssignment(node)) return null;
  const value = node.initializer;
  if (ts.isNumericLiteral(value)) return { value, broken: other("one more", `${value.text} + 1`) };
  if (value.kind === ts.SyntaxKind.TrueKeyword) return { value, broken: NEVER };
  if (value.kind === ts.SyntaxKind.FalseKeyword) return { value, broken: ALWAYS };
  return isErrno(value) ? { value, broken: otherErrno(value) } : null;
}

function isErrno(node: ts.Node): node is ts.StringLiteral {
  return ts.isStringLiteral(node) && Object.hasOwn(ERRNO, node.text);
}

const otherErrno = ({ text }: ts.StringLiteral): Break => (text === "EIO" ? ERRNO_FOR_EIO : OTHER_ERRNO);

/** Is a statement one that changes something, so that leaving it out is a break? */
export function isLeftOut(node: ts.Node): node is ts.ExpressionStatement {
  return (
    ts.isExpressionStatement(node) &&
    (ts.isCallExpression(node.expression) || (ts.isBinaryExpression(node.expression) && isAssignment(node.expression)))
  );
}
