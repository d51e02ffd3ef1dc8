import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

const PATH = [join(__dirname, 'lambda-runtime'), dirname(process.execPath), process.env.PATH].join(delimiter);

function run(program: string, memorySize: number): unknown {
  return JSON.parse(execFileSync('node', ['-p', program], { env: { PATH, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize) }, encoding: 'utf8' }));
}

test('an emulated function is started as Lambda starts it', () => {
  expect(run('JSON.stringify(process.execArgv.slice(0, 2))', 256)).toEqual(['--max-semi-space-size=12', '--max-old-space-size=231']);
});

test.each([128, 1_024])('a function of %d MB has no more heap', (memorySize) => {
  expect(run('v8.getHeapStatistics().heap_size_limit', memorySize)).toBeLessThanOrEqual(memorySize * 1.15 * 2 ** 20);
});
