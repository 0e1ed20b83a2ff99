import { defineConfig } from 'vitest/config';

/** One project a kind of test: what a file needs beside Node stands in its name. */
const kinds = { pg: 'PostgreSQL', dav: 'CalDAV servers', mail: 'mail servers', browser: 'Chromium' };

const project = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude: ['node_modules/**', ...exclude] },
});

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    projects: [
      project(
        'plain',
        ['test/**/*.test.ts'],
        Object.keys(kinds).map(kind => `test/**/*.${kind}.test.ts`),
      ),
      ...Object.keys(kinds).map(kind => project(kind, [`test/**/*.${kind}.test.ts`])),
    ],
  },
});
