import convexPlugin from "@convex-dev/eslint-plugin";
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y-x";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { boundaries } from "./scripts/lint/boundaries.js";
import environment from "./scripts/lint/environment.js";
import reasons from "./scripts/lint/reasons.js";

/** Every rule of Convex's plugin, those outside its recommended set too. */
const everyConvexRule = Object.fromEntries(
  Object.keys(convexPlugin.rules).map((name) => [`@convex-dev/${name}`, "error"]),
);

/** What people read or hear of an element of the example. */
const TEXT_PROPS = "/^(alt|aria-label|aria-valuetext|empty|label|placeholder|title)$/";

export default defineConfig(
  globalIgnores([
    "convex/_generated/",
    "docs/client/",
    "packages/agent/template/",
    ".quaver/",
    "**/dist/",
    "coverage/",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      "max-lines": ["error", 500],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { quaver: reasons },
    rules: {
      "quaver/casts-give-reason": "error",
      "quaver/suppressions-give-reason": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { requireDefaultForNonUnion: true, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      // Numbers and booleans in a message are what their reader expects.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // `type` and `interface` read equally well; Convex's own code uses both.
      "@typescript-eslint/consistent-type-definitions": "off",
    },
  },
  {
    files: ["packages/*/src/**/*.ts"],
    ignores: ["packages/*/src/{cli,main}.ts"],
    rules: { "no-console": "error" },
  },
  {
    files: ["convex/**/*.ts"],
    plugins: { "@convex-dev": convexPlugin, environment },
    rules: { ...everyConvexRule, "environment/env-at-call-time": "error" },
  },
  {
    files: ["example/src/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat["recommended-latest"], jsxA11y.configs.strict],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["JSXText[value=/\\p{L}{2}/u]", `JSXAttribute[name.name=${TEXT_PROPS}] > Literal`].map(
          (selector) => ({ selector, message: "Take it from example/src/text.ts." }),
        ),
      ],
    },
  },
  {
    files: ["**/tests/**/*.ts"],
    rules: {
      // A test that indexes past the end fails, which is what a test is for.
      "@typescript-eslint/no-non-null-assertion": "off",
      // A fake implements an asynchronous interface without having to wait for anything.
      "@typescript-eslint/require-await": "off",
      "quaver/casts-give-reason": "off",
    },
  },
  {
    files: ["**/*.js"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
  },
  boundaries,
);
