const fs = require('fs');

exports.handler = (event, context, callback) => {
  fs.readdir('/mnt/uploads', (error, names) => {
    if (error) return callback(error);
    const wanted = event.queryStringParameters.name;
    fs.unlink('/mnt/uploads/' + wanted, (failure) => callback(failure, { statusCode: 204, left: names.length })); // flow: path
  });
};
