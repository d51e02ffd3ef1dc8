/** As many calls may come at once as in a second, and then so many in each second. */
export class TokenBucket {
  private tokens = 1;
  private filledAt = -Infinity;

  constructor(public perSecond: number) {}

  take(): boolean {
    const now = Date.now();
    this.tokens = Math.min(Math.max(this.perSecond, 1), this.tokens + (now - this.filledAt) / 1000 * this.perSecond);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
