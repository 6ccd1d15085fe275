import tseslint from 'typescript-eslint';

/** Files that may import Nest and TypeORM carry a Nest suffix; everything else is plain and testable as functions. */
const frameworkFiles =
  'src/**/*.{service,module,controller,entity,repository,processor,stage,guard,filter,pipe,indicator}.ts';
const frameworks = ['@nestjs/*', 'typeorm', 'nestjs-pino', 'bull'];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.data', 'coverage', '*.config.js', '.dependency-cruiser.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Nest's options and HubSpot's models are declared as classes; everybody writes them as plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      frameworkFiles,
      'src/main.ts',
      'src/cli.ts',
      'src/launch/**',
      'src/database/migrations/**',
      'src/**/*.test.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: frameworks,
              message:
                'A file without a Nest suffix imports no framework: keep the logic plain, or give the file its suffix.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
