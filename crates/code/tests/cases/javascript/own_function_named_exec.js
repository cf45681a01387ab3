const pattern = /(\d+)-(\d+)/;

function exec(text) {
  return pattern.exec(text);
}

class Queue {
  query(text) {
    return [text];
  }
}

exports.handler = async (event) => {
  const range = exec(event.queryStringParameters.range);
  return { statusCode: 200, body: JSON.stringify(new Queue().query(range[1])) };
};
