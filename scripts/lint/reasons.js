/**
 * Two rules that no published plugin has: a type assertion and a lint suppression each need a reason.
 * The reason is a comment on the same line, on a line of the same statement before it, or right above.
 */

/** `// eslint-disable-next-line rule` must go on with `-- because …`. */
const suppressionsGiveReason = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: { missing: "Say why this rule is off: `eslint-disable … -- reason`." },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const text = comment.value.trim();
          if (!/^eslint-disable/.test(text)) continue;
          if (/\s--\s+\S.{7,}/s.test(text)) continue;
          context.report({ loc: comment.loc, messageId: "missing" });
        }
      },
    };
  },
};

/** The node whose leading comments speak for `node`: the statement or class member around it. */
function statementOf(node) {
  let current = node;
  while (current.parent && !/(Statement|Declaration|PropertyDefinition)$/.test(current.type)) {
    current = current.parent;
  }
  return current;
}

/** `x as T` must have a comment that says why the compiler can't know it. `as const` asserts nothing. */
const castsGiveReason = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: { missing: "Say in a comment why this type assertion holds." },
  },
  create(context) {
    const source = context.sourceCode;
    const commentLines = new Set();
    const check = (node) => {
      const target = node.typeAnnotation;
      if (target.type === "TSTypeReference" && target.typeName.name === "const") return;
      const first = statementOf(node).loc.start.line - 1;
      for (let line = first; line <= node.loc.end.line; line++) {
        if (commentLines.has(line)) return;
      }
      context.report({ node, messageId: "missing" });
    };
    return {
      Program() {
        for (const comment of source.getAllComments()) {
          for (let line = comment.loc.start.line; line <= comment.loc.end.line; line++) {
            commentLines.add(line);
          }
        }
      },
      TSAsExpression: check,
      TSTypeAssertion: check,
    };
  },
};

export default {
  rules: {
    "casts-give-reason": castsGiveReason,
    "suppressions-give-reason": suppressionsGiveReason,
  },
};
