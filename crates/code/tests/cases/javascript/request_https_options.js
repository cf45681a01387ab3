const https = require('https');

function call(host, path) {
  return new Promise((resolve, reject) => {
    const options = { hostname: host, port: 443, path, method: 'GET' };
    https.request(options, (response) => resolve(response.statusCode)).on('error', reject).end(); // flow: request
  });
}

exports.handler = async (event) => call(event.host, '/health');
