/** A failure that its message explains in full: whoever shows it leaves the stack trace out. */
export class Failure extends Error {
  readonly name = 'Failure';
}
