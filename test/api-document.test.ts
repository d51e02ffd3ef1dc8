import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

test('API.md is what the compiled API gives: `npm run docgen` writes it anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const written = join(folder, 'API.md');
    execFileSync(join(ROOT, 'node_modules/.bin/jsii-docgen'), ['-o', written], {
      cwd: ROOT, stdio: 'ignore', env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
    });
    expect(readFileSync(join(ROOT, 'API.md'), 'utf8')).toBe(readFileSync(written, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
