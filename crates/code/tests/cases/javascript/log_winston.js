const winston = require('winston');

const logger = winston.createLogger({ format: winston.format.json(), transports: [new winston.transports.Console()] });

exports.handler = async (event) => {
  logger.info('search', { term: event.queryStringParameters.term });
  return { statusCode: 200, body: '' };
};
