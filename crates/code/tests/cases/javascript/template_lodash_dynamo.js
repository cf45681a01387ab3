const _ = require('lodash');

exports.handler = async (event) => {
  for (const record of event.Records) {
    const { layout } = record.dynamodb.NewImage;
    console.log(_.template(layout.S)({ year: 2024 }).length); // flow: template
  }
};
