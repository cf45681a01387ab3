// Answers of custom resources, as code in a template requires it: `response.send(event, context, response.SUCCESS, {})`.
"use strict";
exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) => {
  const answer = JSON.stringify({
    Status: responseStatus,
    Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  const address = new URL(event.ResponseURL);
  const transport = require(address.protocol === "http:" ? "http" : "https");
  const done = () => context.done();
  const request = transport.request(
    address,
    { method: "PUT", headers: { "content-type": "", "content-length": Buffer.byteLength(answer) } },
    (reply) => {
      console.log("Status code: " + reply.statusCode);
      done();
    },
  );
  request.on("error", (why) => {
    console.log("send(..) failed executing https.request(..): " + why);
    done();
  });
  request.end(answer);
};
