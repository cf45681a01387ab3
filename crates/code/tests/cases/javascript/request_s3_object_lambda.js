const { S3 } = require('@aws-sdk/client-s3');
const axios = require('axios').default;

const s3 = new S3();

exports.handler = async (event) => {
  const { outputRoute, outputToken, inputS3Url } = event.getObjectContext;
  const { data } = await axios.get(inputS3Url, { responseType: 'arraybuffer' });
  await s3.writeGetObjectResponse({ RequestRoute: outputRoute, RequestToken: outputToken, Body: data });
  return { statusCode: 200 };
};
