const compile = (source) => new Function('row', 'return ' + source); // flow: code

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify(body.rows.filter(compile(body.condition))) };
};
