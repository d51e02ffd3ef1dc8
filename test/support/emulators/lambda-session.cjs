// Each emulated function has the same credentials, those of the account. On AWS, a function's are a session of its role that
// nobody else has. Its name in the place of the session's token tells them apart.
process.env.AWS_SESSION_TOKEN = process.env.AWS_LAMBDA_FUNCTION_NAME;
