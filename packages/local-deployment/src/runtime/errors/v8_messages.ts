/**
 * What V8 says where JavaScriptCore says something else: a developer who reads an error here is to meet the same words
 * in production. Whatever JavaScriptCore does not tell (the value of a computed name, the object that is frozen) can't
 * be said; such messages stay as they are.
 */
export function v8Message(message: string): string {
  const fixed = FIXED.get(message);
  if (fixed !== undefined) return fixed;
  for (const [pattern, words] of PATTERNS) {
    const match = pattern.exec(message);
    if (match !== null) return words(...match.slice(1));
  }
  return message;
}

const NOT_NULL = "Cannot convert undefined or null to object";
const SYMBOL = "Cannot convert a Symbol value to a";

const FIXED: ReadonlyMap<string, string> = new Map([
  [
    "Attempting to define property on object that is not extensible.",
    "Cannot add property, object is not extensible",
  ],
  ["Unable to delete property.", "Cannot delete property"],
  [
    "Right hand side of instanceof is not an object",
    "Right-hand side of 'instanceof' is not an object",
  ],
  [
    "instanceof called on an object with an invalid prototype property.",
    "Function has non-object prototype in instanceof check",
  ],
  [
    "Conversion from 'BigInt' to 'number' is not allowed.",
    "Cannot convert a BigInt value to a number",
  ],
  ["Cannot convert a symbol to a string", `${SYMBOL} string`],
  ["Cannot convert a symbol to a number", `${SYMBOL} number`],
  ["0 is an invalid divisor value.", "Division by zero"],
  ["JSON.stringify cannot serialize cyclic structures.", "Converting circular structure to JSON"],
  ["JSON.stringify cannot serialize BigInt.", "Do not know how to serialize a BigInt"],
  ["Maximum call stack size exceeded.", "Maximum call stack size exceeded"],
  ["Array length must be a positive integer of safe magnitude.", "Invalid array length"],
  [
    "toFixed() argument must be between 0 and 100",
    "toFixed() digits argument must be between 0 and 100",
  ],
  [
    "argument does not match any normalization form",
    "The normalization form should be one of NFC, NFD, NFKC, NFKD.",
  ],
  ["Invalid Date", "Invalid time value"],
  ["date value is not finite in DateTimeFormat format()", "Invalid time value"],
  ["reduce of empty array with no initial value", "Reduce of empty array with no initial value"],
  ["Properties can only be defined on Objects.", "Object.defineProperty called on non-object"],
  [
    "'super()' must be called in derived constructor before accessing |this| or returning non-object.",
    "Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
  ],
  ["URI error", "URI malformed"],
  [
    "Array.prototype.sort requires the comparator argument to be a function or undefined",
    "The comparison function must be either a function or undefined",
  ],
  ["WeakMap keys must be objects or non-registered symbols", "Invalid value used as weak map key"],
  ["WeakSet values must be objects or non-registered symbols", "Invalid value used in weak set"],
  [
    "'arguments', 'callee', and 'caller' cannot be accessed in this context.",
    "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them",
  ],
  ["No default value", "Cannot convert object to primitive value"],
  [
    "A Proxy's 'target' should be an Object",
    "Cannot create proxy with a non-object as target or handler",
  ],
  ["String.raw requires template not be null or undefined", NOT_NULL],
  ["Generator is executing", "Generator is already running"],
]);

/** What a text matches, and what is said of its groups. */
const PATTERNS: readonly (readonly [RegExp, (...groups: string[]) => string])[] = [
  [/^(undefined|null) is not an object \(evaluating '(.*)'\)$/s, notAnObject],
  [/^(.+?) is not a function\. \(In '/s, (callee) => `${withoutSuper(callee)} is not a function`],
  [/^.+ is not a function \(near '\.\.\.(.*?)`.*'\)$/s, (callee) => `${callee} is not a function`],
  [
    /^.+ is not a function\. \(evaluating '.* instanceof .*'\)$/s,
    () => "Right-hand side of 'instanceof' is not callable",
  ],
  [
    /^.+ is not a constructor \(evaluating 'new (.+?)(?:\(.*)?'\)$/s,
    (callee) => `${callee} is not a constructor`,
  ],
  [
    /^Cannot call a class constructor (.+) without \|new\|$/,
    (name) => `Class constructor ${name} cannot be invoked without 'new'`,
  ],
  [
    /^Cannot call a class constructor without \|new\|$/,
    () => "Class constructor  cannot be invoked without 'new'",
  ],
  [
    /^calling (\w+) constructor without new is invalid$/,
    (name) => `Constructor ${name} requires 'new'`,
  ],
  [
    /^Cannot call a constructor (\w+) without \|new\|$/,
    (name) => `${name} constructor cannot be invoked without 'new'`,
  ],
  [
    /^Cannot access '(.+)' before initialization\.$/,
    (name) => `Cannot access '${name}' before initialization`,
  ],
  [/^Can't find variable: (.+)$/, (name) => `${name} is not defined`],
  [
    /^Cannot destructure property '(.+)' from null or undefined value$/,
    (name) => `Cannot destructure property '${name}' of 'undefined' as it is undefined.`,
  ],
  [
    /^(.+) is not an Object\. \(evaluating '(.+) in .+'\)$/s,
    (object, key) => `Cannot use 'in' operator to search for ${key} in ${unquoted(object)}`,
  ],
  [
    /^Invalid mix of BigInt and other type in \w+\.$/,
    () => "Cannot mix BigInt and other types, use explicit conversions",
  ],
  [/^Object\.\w+ requires that input parameter not be null or undefined$/, () => NOT_NULL],
  [
    /^String\.prototype\.(\w+) argument must not be a non-global regular expression$/,
    (method) => `String.prototype.${method} called with a non-global RegExp argument`,
  ],
  [
    /^Cannot access invalid private field \(evaluating '.*(#\w+).*'\)$/s,
    (name) => `Cannot read private member ${name} from an object whose class did not declare it`,
  ],
  [/^invalid time zone: (.*)$/, (name) => `Invalid time zone specified: ${name}`],
];

/** Something was asked of undefined or null; `text` is what was evaluated. */
function notAnObject(nothing: string, text: string): string {
  if (text.startsWith("delete ")) return NOT_NULL;
  if (/^(Object|Reflect)\.\w+\(/.test(text)) return NOT_NULL;
  const iterated = /^[\w$[\]{}., ]+ of (.+)$/s.exec(text)?.[1];
  if (iterated !== undefined) return `${iterated} is not iterable`;
  // An array that is taken apart.
  if (text.startsWith("[")) return `${nothing} is not iterable`;
  const assigned = /^(.*?(?:\.[\w$#]+|\])) = /s.exec(text)?.[1];
  const [verb, doing] = assigned === undefined ? ["read", "reading"] : ["set", "setting"];
  return `Cannot ${verb} properties of ${nothing} (${doing} '${lastProperty(assigned ?? text)}')`;
}

/** The property that an expression ends with. */
function lastProperty(expression: string): string {
  const named = /[.#]([\w$]+)$/.exec(expression)?.[1];
  if (named !== undefined) return named;
  const computed = /\[([^[\]]*)\]$/.exec(expression)?.[1] ?? expression;
  return unquoted(computed);
}

function unquoted(text: string): string {
  return /^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text;
}

function withoutSuper(callee: string): string {
  return callee.replace(/^super\./, "(intermediate value).");
}
