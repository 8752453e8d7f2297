/** The ways in which a rule of src/kernel is broken: each takes a piece of its source and gives what it becomes. */
import ts from "typescript";

/** One change of one expression or statement. */
export interface Break {
  /** What is done, in words. */
  readonly what: string;
  /** What stands in its place: an expression. */
  readonly text: string;
}

const BOUNDARIES: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
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

/** An errno that nothing here answers. */
const UNUSED_ERRNO = "EIO";

/** Every way to break an expression where it stands. */
export function breaksOf(node: ts.Node): readonly Break[] {
  return [...conditionBreaks(node), ...operatorBreaks(node), ...wordBreaks(node), ...readBreaks(node)];
}

/** A condition is always so, or never. */
function conditionBreaks(node: ts.Node): readonly Break[] {
  const { parent } = node;
  const never: Break = { what: "never", text: "false" };
  const always: Break = { what: "always", text: "true" };
  if (ts.isIfStatement(parent) && parent.expression === node) return [never, always];
  if (ts.isConditionalExpression(parent) && parent.condition === node) return [never, always];
  if (ts.isWhileStatement(parent) && parent.expression === node) return [never];
  if (ts.isBinaryExpression(parent)) {
    if (parent.operatorToken === node) return [];
    if (parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return [always];
    return parent.operatorToken.kind === ts.SyntaxKind.BarBarToken ? [never] : [];
  }
  return answersYesOrNo(node) ? [never, always] : [];
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

/** Comparisons take their end or leave it; of two sets one counts. */
function operatorBreaks(node: ts.Node): readonly Break[] {
  if (!ts.isBinaryExpression(node)) return [];
  const [left, right] = [node.left.getText(), node.right.getText()];
  const kind = node.operatorToken.kind;
  const boundary = BOUNDARIES.get(kind);
  if (boundary !== undefined) return [{ what: boundary, text: `${left} ${boundary} ${right}` }];
  if (kind === ts.SyntaxKind.BarToken)
    return [
      { what: `only ${left}`, text: left },
      { what: `only ${right}`, text: right },
    ];
  if (kind === ts.SyntaxKind.AmpersandToken) return [{ what: `all of ${left}`, text: left }];
  if (kind === ts.SyntaxKind.QuestionQuestionToken) return [{ what: `always ${right}`, text: right }];
  return [];
}

/** A word becomes another: an errno, a capability, a direction, a kind of id. */
function wordBreaks(node: ts.Node): readonly Break[] {
  if (!ts.isStringLiteral(node) || !ts.isCallExpression(node.parent)) return [];
  const { expression, arguments: args } = node.parent;
  const called = expression.getText();
  if (called === "deny" && args[0] === node) return [{ what: UNUSED_ERRNO, text: `"${UNUSED_ERRNO}"` }];
  if (ASKS_CAPABILITY.includes(called) && args.at(-1) === node)
    return [{ what: UNASKED_CAPABILITY, text: `"${UNASKED_CAPABILITY}"` }];
  const other = OTHER_WORD[node.text];
  return other === undefined ? [] : [{ what: other, text: `"${other}"` }];
}

/** Another id or another set of the credential is read. */
function readBreaks(node: ts.Node): readonly Break[] {
  if (!ts.isPropertyAccessExpression(node) || isWrittenTo(node) || node.questionDotToken) return [];
  const owner = node.expression.getText();
  const name = node.name.text;
  const isOfIds = /(^|\.)(uid|gid|ids)$|\]$/.test(owner);
  const isOfCred = /(^|\.)(cred|old|caller|task|by\.\w+|opener|writer)$/.test(owner);
  const other = isOfIds ? OTHER_ROLE[name] : isOfCred ? OTHER_SET[name] : undefined;
  return other === undefined ? [] : [{ what: `.${other}`, text: `${owner}.${other}` }];
}

function isWrittenTo(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent);
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  return operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}

/** Is a statement one that changes something, so that leaving it out is a break? */
export function isLeftOut(node: ts.Node): node is ts.ExpressionStatement {
  return (
    ts.isExpressionStatement(node) &&
    (ts.isCallExpression(node.expression) || (ts.isBinaryExpression(node.expression) && isAssignment(node.expression)))
  );
}
