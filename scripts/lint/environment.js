/**
 * Variables are read at call time: while a module loads, `env` of `convex/lib/env.ts` says what was set then,
 * and Convex's Node executor keeps modules loaded when variables change.
 */

const OUR_ENV = /(^|\/)lib\/env$|^\.\/env$/;
const FUNCTIONS = new Set(["ArrowFunctionExpression", "FunctionDeclaration", "FunctionExpression"]);

/** Whether `node` is evaluated by a call: there is a function around it. */
function isInFunction(node) {
  for (let around = node.parent; around; around = around.parent) {
    if (FUNCTIONS.has(around.type)) return true;
  }
  return false;
}

/** Every use of `env` is inside a function: reading, destructuring, handing it on. */
const envAtCallTime = {
  meta: {
    type: "problem",
    schema: [],
    messages: { early: "Read variables inside functions: this is the value of the first load." },
  },
  create(context) {
    return {
      ImportDeclaration(node) {
        if (!OUR_ENV.test(node.source.value)) return;
        for (const variable of context.sourceCode.getDeclaredVariables(node)) {
          for (const { identifier, isValueReference } of variable.references) {
            if (!isValueReference || identifier.parent.type === "TSTypeQuery") continue;
            if (!isInFunction(identifier)) context.report({ node: identifier, messageId: "early" });
          }
        }
      },
      "ExportNamedDeclaration[source], ExportAllDeclaration"(node) {
        if (OUR_ENV.test(node.source.value)) context.report({ node, messageId: "early" });
      },
    };
  },
};

export default { rules: { "env-at-call-time": envAtCallTime } };
