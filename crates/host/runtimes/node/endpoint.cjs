// Version 2 of the AWS SDK for JavaScript does not know AWS_ENDPOINT_URL: it is told when it is loaded.
"use strict";
const Module = require("node:module");
const endpoint = process.env.AWS_ENDPOINT_URL;
if (endpoint) {
  const load = Module._load;
  const told = new WeakSet();
  const ours = /(?:^|[\\/])aws-sdk(?:[\\/]|$)/;
  Module._load = function (request, parent, ...rest) {
    const exported = load.call(this, request, parent, ...rest);
    // One service alone (`aws-sdk/clients/s3`) loads the configuration from inside of the package.
    if (typeof request !== "string" || !(ours.test(request) || ours.test(parent?.filename ?? ""))) return exported;
    const config = exported && (exported.config ?? exported.AWS?.config);
    if (config && typeof config.update === "function" && !told.has(config)) {
      told.add(config);
      config.update({ endpoint, s3ForcePathStyle: true });
    }
    return exported;
  };
}
