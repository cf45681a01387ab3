const puppeteer = require('puppeteer-core');

exports.handler = async (event) => {
  const browser = await puppeteer.launch({ executablePath: '/opt/chromium' });
  const page = await browser.newPage();
  await page.goto(JSON.parse(event.body).url); // flow: request
  const image = await page.screenshot({ encoding: 'base64' });
  await browser.close();
  return { statusCode: 200, isBase64Encoded: true, body: image };
};
