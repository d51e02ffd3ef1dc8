/** Everything that a run makes has a name that starts so, and is found by it when the run is over or has died. */
export const PREFIX = 'cdk-ecr-tag-mutability-verify';

/** IAM lists roles by their path. The roles of the stacks are removed with the stacks. */
export const ROLE_PATH = `/${PREFIX}/`;

/** The names of one run. */
export class Names {
  readonly prefix: string;

  constructor(readonly run: string) {
    this.prefix = `${PREFIX}-${run}`;
  }

  stack(scenario: string): string {
    return `${this.prefix}-${scenario}`;
  }

  repository(scenario: string, shortName: string): string {
    return `${this.prefix}/${scenario}/${shortName}`;
  }

  get logGroup(): string {
    return this.prefix;
  }

  /** Bucket names are unique among all accounts, so this one needs the run. S3 lists the buckets of all regions, so it needs the region. */
  bucket(region: string): string {
    return `${bucketPrefix(region)}${this.run}`;
  }

  get role(): string {
    return this.prefix;
  }
}

export const bucketPrefix = (region: string): string => `${PREFIX}-${region}-`;
