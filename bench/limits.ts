/**
 * What this library may cost. Tests hold it to these, as they do not depend on the machine: what a change makes cheaper is lowered here,
 * and what it makes dearer must be worth it.
 */
export const LIMITS = {
  // 6 KB more than before a delete had to be the last chance: retries, the physical id, the commands for a restore by hand.
  bundleBytes: 196_000,
  /** Of the second bundle, which only rules load: the same, and the clients of CloudFormation, Step Functions and the tagging API. */
  registryBundleBytes: 280_000,
  /** For each of 200 repositories more, imported by name of 30 characters, with one filter. */
  templateBytes: 715,
  /** Of a stack with one declaration. */
  resources: 6,
  /** Of a stack with 480 declarations. */
  resourcesFor480: 492,
  /** Characters of all policies of the role, as IAM counts them, for one repository and for 480. */
  policyBytes: { first: 1_353, of480: 41_422 },
  /** Calls of ECR for each kind of event. */
  apiCalls: {
    'create': 6,
    'the same create again': 2,
    'unchanged update': 2,
    'changed update': 5,
    'delete': 7,
    // Within 105 s of the creation: the tags are read once more, after a pause.
    'delete soon after the create': 8,
  },
} as const;

/** What to reach in one run: ratios, ours to the other's, unless they say otherwise. */
export const GOALS = {
  templateBytes: 0.4,
  synthToAwsCustomResource: 0.35,
  synthToNative: 1,
  coldStartToPlain: 0.7,
  coldStartToAwsCustomResource: 0.7,
  repositories: 480,
  loadMs: 10,
  /** Of a rule over the repositories of a registry. */
  registry: {
    declareMinutes: 15,
    /** For each repository. A removal takes 6, and 7 within 105 s of the declaration. */
    calls: { declare: 6.05, again: 0.05, remove: 7.05 },
    /** Of the 25,000 that Step Functions takes. */
    historyEvents: 5_000,
  },
} as const;
