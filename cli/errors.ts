/** What is wrong, in one line that a person can act on. It is printed without a stack trace. */
export class CommandLineError extends Error {}

/** A call of AWS that failed, named as policies name it, such as `ecr:DescribeRepositories`. */
export class CallError extends CommandLineError {
  constructor(call: string, region: string, readonly cause: unknown) {
    super(`${call} failed: ${describeError(cause, region)}`);
  }
}

/** Runs a call, and names it in the error where it fails. */
export async function calling<T>(call: string, region: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof CommandLineError ? error : new CallError(call, region, error);
  }
}

const SIGN_IN = 'Sign in (aws sso login, aws configure), or name another profile by --profile';

/** By the error's name, or by its code where it comes from the network. */
const EXPLANATIONS: readonly [RegExp, (message: string, region: string) => string][] = [
  [/^(?:CredentialsProviderError|TokenProviderError)$/, (message) => `no valid credentials (${message}). ${SIGN_IN}`],
  [/^(?:ExpiredToken(?:Exception)?|RequestExpired)$/, () => `the session has expired. ${SIGN_IN}`],
  [
    /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|AuthFailure)$/,
    (message, region) => `AWS does not take these credentials in region ${region} (${message}). ${SIGN_IN}, and see that the account has enabled the region`,
  ],
  [/^AccessDenied(?:Exception)?$/, (message) => `no permission (${message})`],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, (message, region) => `no such host (${message}). Is there a region ${region}, and is there a network?`],
  [/^(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|TimeoutError)$/, (message) => `no answer (${message})`],
];

/** One line, whatever was thrown. */
export function describeError(error: unknown, region: string): string {
  const { name, code, message, errors } = error as { name?: string; code?: string; message?: string; errors?: unknown[] };
  // Where a host has several addresses, Node.js collects their errors in one that has no message.
  if (message === '' && errors?.length) {
    return describeError(errors[0], region);
  }
  const text = oneLine(message ?? String(error));
  const [, explain] = EXPLANATIONS.find(([pattern]) => pattern.test(name ?? '') || pattern.test(code ?? '')) ?? [];
  return explain?.(text, region) ?? `${name ?? 'Error'}: ${text}`;
}

/** The first line, without what a terminal would obey. */
export const oneLine = (text: string): string => text.trim().split('\n')[0]!.replace(/[^\x20-\x7e]+/g, ' ').trim();
