import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeApiDocument } from '../../projenrc/api-document';
import { ROOT } from '../support/project';

test('API.md is what the compiled API gives: `npm run docgen` writes it anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const written = join(folder, 'API.md');
    writeApiDocument(written);
    expect(readFileSync(join(ROOT, 'API.md'), 'utf8')).toBe(readFileSync(written, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
