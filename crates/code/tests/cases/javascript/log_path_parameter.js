exports.handler = async (event) => {
  const { id } = event.pathParameters;
  console.log(`looking for ${id}`); // flow: log
  console.log('id', encodeURIComponent(id));
  return { statusCode: 200, body: '' };
};
