import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure';
import { startProcessGroup } from './process-group';
import { findPython } from './python';
import { ROOT } from '../project';

const FOLDER = join(ROOT, '.venv');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
/** Says that the folder is ours to remove and, once all is installed, from which requirements. */
const STAMP = join(FOLDER, 'requirements.sha256');
const UNFINISHED = 'unfinished\n';

const PYTHON = join(FOLDER, 'bin/python');

/** The interpreter of the project's virtual environment, which is made when it is missing, unfinished or out of date. */
export async function virtualEnvironment(): Promise<string> {
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex') + '\n';
  // The interpreter is a link to the Python that made it, which may have been removed since.
  if (stamp() === wanted && existsSync(PYTHON)) return PYTHON;
  if (existsSync(FOLDER) && stamp() === undefined) {
    throw new Failure(`${FOLDER} is a virtual environment that this project did not make: move it away, and try again.`);
  }

  const python = findPython();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  writeFileSync(STAMP, UNFINISHED);
  await run(python, ['-m', 'venv', FOLDER], 'cannot make the virtual environment .venv');
  await run(PYTHON, ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-deps', '--no-compile', '--quiet', '--requirement', REQUIREMENTS],
    'pip cannot install test/support/emulators/requirements.txt into .venv');
  writeFileSync(STAMP, wanted);
  return PYTHON;
}

function stamp(): string | undefined {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined;
}

/** pip gets the user's whole environment: it may need a proxy, certificates or another package index. */
async function run(command: string, args: readonly string[], what: string): Promise<void> {
  const group = startProcessGroup(command, args, { cwd: ROOT, env: { ...process.env } as Record<string, string>, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  group.process.stdout?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  group.process.stderr?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const code = await new Promise<number | null>((done) => group.process.once('close', done));
  if (code !== 0) throw new Failure(`${what}: ${reason(output)}. Fix that, and try again.`);
}

/** pip repeats itself while it tries: its last error says why. */
function reason(output: string): string {
  const lines = output.trim().split('\n');
  const last = lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
  return last.replace(/^ERROR:\s*/, '').replace(/\.$/, '') || 'it says nothing';
}
