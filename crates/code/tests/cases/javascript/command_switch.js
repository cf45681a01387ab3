const { exec } = require('child_process');

exports.handler = (event, context, callback) => {
  let command;
  switch (event.queryStringParameters.report) {
    case 'disk':
      command = 'df -h';
      break;
    case 'memory':
      command = 'free -m';
      break;
    default:
      return callback(null, { statusCode: 400, body: 'unknown' });
  }
  exec(command, (error, stdout) => callback(error, { statusCode: 200, body: stdout }));
};
