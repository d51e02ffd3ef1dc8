import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeApiDocument } from '../packaging/api-document';

test('API.md is what the compiled API gives: `npm run docgen` writes it anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const written = join(folder, 'API.md');
    writeApiDocument(written);
    expect(readFileSync(resolve(__dirname, '../API.md'), 'utf8')).toBe(readFileSync(written, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
