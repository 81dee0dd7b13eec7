import n from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'coverage/', 'completions/', 'authorizer/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    plugins: { n },
    languageOptions: { parserOptions: { projectService: true } },
    settings: { node: { version: '>=20.3.0' } },
    rules: {
      'no-console': 'error',
      'n/no-unsupported-features/node-builtins': ['error', { allowExperimental: false }],
      'n/prefer-node-protocol': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { allowDefaultCaseForExhaustiveSwitch: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/method-signature-style': ['error', 'property'],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/bin.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only src/bin.ts names process: take what you need from the Context.' },
        { name: 'console', message: 'stdout is the product: return data, and let emit write it.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "ExportNamedDeclaration > VariableDeclaration[kind='let']",
          message:
            'scripts/build.mjs takes the exports when a module has run: one that changes later would not be seen.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'n/no-unsupported-features/node-builtins': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
