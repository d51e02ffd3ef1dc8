// Loaded by Node.js before the bundle. It sends what goes out by https to the test's server, which reads in the Host header where it
// was meant to go, and forbids whatever Node.js does not bring along itself.
const http = require('node:http');
const https = require('node:https');
const { builtinModules, Module } = require('node:module');

const { hostname, port } = new URL(process.env.TEST_SERVER);
https.request = (options, ...rest) => http.request({ ...options, host: hostname, port, protocol: 'http:', agent: undefined }, ...rest);

const load = Module._load;
Module._load = (request, ...rest) => {
  if (!builtinModules.includes(request.replace(/^node:/, '')) && request !== process.env.TEST_BUNDLE) {
    throw new Error(`the bundle asks for ${request}`);
  }
  return load(request, ...rest);
};
