"use strict";

// bench/app/measure-load.ts
var import_aws_cdk_lib = require("aws-cdk-lib");
var import_aws_ecr = require("aws-cdk-lib/aws-ecr");
import_aws_ecr.Repository.fromRepositoryName(new import_aws_cdk_lib.Stack(new import_aws_cdk_lib.App(), "Stack"), "Repository", "team-a/api");
var start = performance.now();
require("/work/w-bench/lib/index.js");
console.log(JSON.stringify({ load: performance.now() - start }));
