const nodemailer = require('nodemailer');

const transport = nodemailer.createTransport({ host: process.env.SMTP });

exports.handler = async (event) => {
  await transport.sendMail({
    from: 'shop@example.com',
    to: process.env.OPERATORS,
    subject: 'Batch finished',
    text: `${event.Records.length} records`,
  });
};
