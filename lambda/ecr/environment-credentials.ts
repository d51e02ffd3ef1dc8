/**
 * Stands for `@aws-sdk/credential-provider-node` in the bundle. Lambda puts the role's credentials into the environment of every Node.js
 * function. Only where SnapStart restores a function does it offer them by HTTP instead, and Node.js runtimes have no SnapStart.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
