import { FailureReason, Response, renderResponse } from '../../../lambda/cloudformation/response';

const EVENT = { StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/my-stack/0', RequestId: 'request', LogicalResourceId: 'Tags' };
const SECRET = 'X-Amz-Signature=secret';
const failed = (message: string, commands?: string): Response => ({ Status: 'FAILED', PhysicalResourceId: 'id', Reason: { message, commands } satisfies FailureReason });
const reasonIn = (response: string) => (JSON.parse(response) as { Reason: string }).Reason;

describe('a response', () => {
  test('has what CloudFormation asks for', () => {
    const Data = { RegistryId: '111122223333', RepositoryName: 'api', ImageTagMutability: 'IMMUTABLE' } as const;
    expect(JSON.parse(renderResponse(EVENT, { Status: 'SUCCESS', PhysicalResourceId: 'id', Data })))
      .toEqual({ ...EVENT, Status: 'SUCCESS', PhysicalResourceId: 'id', Data });
  });

  test('never has the URL, which is a credential', () => {
    expect(renderResponse({ ...EVENT, ResponseURL: `https://s.example/?${SECRET}` }, failed('reason'))).not.toContain('secret');
  });

  const room = 4_096 - Buffer.byteLength(renderResponse(EVENT, failed('')));
  test('has a reason that just fits whole', () => {
    const response = renderResponse(EVENT, failed('x'.repeat(room)));
    expect(Buffer.byteLength(response)).toBe(4_096);
    expect(reasonIn(response)).toBe('x'.repeat(room));
  });

  test.each([
    ['one byte too many', 'x'.repeat(room + 1)],
    ['letters', 'x'.repeat(100_000)],
    ['letters of two bytes', 'ä'.repeat(3_000)],
    ['letters of three bytes', '日'.repeat(3_000)],
    ['pairs of surrogates', '🚀'.repeat(3_000)],
    ['pairs of surrogates, shifted', `x${'🚀'.repeat(3_000)}`],
    ['characters that JSON writes longer', '"\\\u0000\n'.repeat(2_000)],
    ['a mixture', 'a\u0001ä日🚀"'.repeat(1_500)],
  ])('is cut to 4,096 bytes of valid JSON with a reason of %s', (_, reason) => {
    const response = renderResponse(EVENT, failed(reason));
    expect(Buffer.byteLength(response)).toBeLessThanOrEqual(4_096);
    // Not cut by more than it must: what is next takes at most 12 bytes.
    expect(Buffer.byteLength(response)).toBeGreaterThan(4_096 - 100);
    const { Reason, ...rest } = JSON.parse(response) as { Reason: string };
    expect(rest).toEqual({ ...EVENT, Status: 'FAILED', PhysicalResourceId: 'id' });
    const ending = '... (the log has all of it)';
    expect(Reason.endsWith(ending)).toBe(true);
    expect(reason.startsWith(Reason.slice(0, -ending.length))).toBe(true);
  });
});

describe('the ids of a response', () => {
  test.each<[string, unknown]>([
    ['letters', 'x'.repeat(1_000_000)], ['letters of three bytes', '日'.repeat(5_000)], ['pairs of surrogates', `x${'🚀'.repeat(5_000)}`],
    ['characters that JSON writes longer', '\u0001'.repeat(5_000)],
  ])('are cut where they are too many %s, and leave room for a reason', (_, id) => {
    const response = renderResponse({ StackId: id, RequestId: id, LogicalResourceId: id }, { Status: 'FAILED', PhysicalResourceId: String(id), Reason: { message: 'why' } });
    expect(Buffer.byteLength(response)).toBeLessThanOrEqual(4_096);
    const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, Reason } = JSON.parse(response) as Record<string, string>;
    expect(Reason).toBe('why');
    for (const cut of [StackId, RequestId, LogicalResourceId, PhysicalResourceId]) {
      expect(String(id).startsWith(cut!)).toBe(true);
      expect(Buffer.byteLength(JSON.stringify(cut))).toBeGreaterThan(cut === PhysicalResourceId ? 1_000 : 750);
      expect(cut).not.toMatch(/[\ud800-\udbff]$/);
    }
  });

  test.each<[unknown]>([[undefined], [null], [7], [['stack']], [{}]])('are strings, also for %j', (id) => {
    expect(JSON.parse(renderResponse({ StackId: id, RequestId: id, LogicalResourceId: id }, failed('why'))))
      .toMatchObject({ StackId: '', RequestId: '', LogicalResourceId: '', Reason: 'why' });
  });
});


describe('a reason with commands', () => {
  const LONGEST_EVENT = { StackId: `arn:${'s'.repeat(250)}`, RequestId: 'r'.repeat(36), LogicalResourceId: 'L'.repeat(255) };
  const COMMANDS = 'To restore it by hand: aws ecr put-image-tag-mutability && aws ecr untag-resource';
  const NOTE = ' The log has the commands that restore the repository by hand.';
  const CUT = '... (the log has all of it)';
  const render = (message: string, commands: string) => {
    const response = renderResponse(LONGEST_EVENT, { Status: 'FAILED', PhysicalResourceId: 'p'.repeat(1_024), Reason: { message, commands } });
    expect(Buffer.byteLength(response)).toBeLessThanOrEqual(4_096);
    return reasonIn(response);
  };
  const room = 4_096 - Buffer.byteLength(renderResponse(LONGEST_EVENT, { Status: 'FAILED', PhysicalResourceId: 'p'.repeat(1_024), Reason: { message: '' } }));

  test('has both whole where they fit', () => {
    expect(render('why', COMMANDS)).toBe(`why ${COMMANDS}`);
    const message = 'x'.repeat(room - ' '.length - COMMANDS.length);
    expect(render(message, COMMANDS)).toBe(`${message} ${COMMANDS}`);
  });

  test.each([
    ['by one byte', 'x'.repeat(room - COMMANDS.length)],
    ['by far', 'x'.repeat(100_000)],
    ['in letters of three bytes', '日'.repeat(3_000)],
    ['in pairs of surrogates', `x${'🚀'.repeat(3_000)}`],
    ['in characters that JSON writes longer', '"\u0000'.repeat(3_000)],
  ])('is cut in its message where that is too long %s, and never in its commands', (_, message) => {
    const reason = render(message, COMMANDS);
    const tail = `${CUT} ${COMMANDS}`;
    expect(reason.endsWith(tail)).toBe(true);
    expect(message.startsWith(reason.slice(0, -tail.length))).toBe(true);
    expect(reason).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  test('leaves 300 bytes to the message: commands just as long as that are there whole', () => {
    const message = 'm'.repeat(1_000);
    const fitting = 'c'.repeat(room - 300 - ' '.length);
    expect(render(message, fitting).endsWith(`${CUT} ${fitting}`)).toBe(true);
    // One byte more: half a command would be worse than none.
    const reason = render(message, `${fitting}c`);
    expect(reason).toBe(`${message}${NOTE}`);
  });

  test('of a short message may take all that is left', () => {
    const commands = 'c'.repeat(room - 'why '.length);
    expect(render('why', commands)).toBe(`why ${commands}`);
    expect(render('why', `${commands}c`)).toBe(`why${NOTE}`);
  });

  test('leaves too long commands to the log, and cuts a long message before that note', () => {
    const reason = render('日'.repeat(3_000), 'c'.repeat(4_000));
    expect(reason).toMatch(/^日+/);
    expect(reason.endsWith(`${CUT}${NOTE}`)).toBe(true);
    expect(reason).not.toContain('c'.repeat(10));
  });

  test('counts the commands in bytes, too', () => {
    expect(render('why', '日'.repeat(1_000))).toBe(`why${NOTE}`);
  });
});

test('a reason is never cut within a pair of surrogates, wherever the limit falls', () => {
  for (let shift = 0; shift < 24; shift++) {
    const reason = reasonIn(renderResponse(EVENT, failed(`${'x'.repeat(shift)}${'🚀'.repeat(3_000)}`)));
    expect(reason).toMatch(/^x*(🚀)+\.\.\. \(the log has all of it\)$/u);
  }
});
