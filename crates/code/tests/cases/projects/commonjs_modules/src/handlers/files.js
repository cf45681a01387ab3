const { readText, size } = require('../lib');
const respond = require('../lib/respond');

module.exports = {
  read: async (event) => {
    const name = event.pathParameters.name;
    if (event.rawPath.startsWith('/size')) {
      return respond(200, { size: size(name) });
    }
    return respond(200, { text: readText(name) });
  },
};
