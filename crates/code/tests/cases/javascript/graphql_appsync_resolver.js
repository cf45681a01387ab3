const { execSync } = require('child_process');

const resolvers = {
  Query: {
    version: () => 'one',
    lookup: ({ host }) => execSync(`nslookup ${host}`).toString(), // flow: command
  },
};

exports.handler = async (event) => resolvers[event.info.parentTypeName][event.info.fieldName](event.arguments);
