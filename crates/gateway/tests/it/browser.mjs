// A browser that opens addresses one after the other, in one profile: `browser.mjs MODULES ADDRESS...`. Says of each what it shows in
// the end, as one line of JSON: where it stands, with which status, the text, what the page's own policy refused.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, ...addresses] = process.argv.slice(2);
const found = createRequire(modules + "/");
const load = async (name) => (await import(pathToFileURL(found.resolve(name)).href)).default;
const chromium = await load("@sparticuz/chromium");
const puppeteer = await load("puppeteer-core");
const browser = await puppeteer.launch({
  args: chromium.args,
  executablePath: await chromium.executablePath(),
  headless: "shell",
});
try {
  const page = await browser.newPage();
  const refused = [];
  page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
  for (const address of addresses) {
    const first = await page.goto(address, { waitUntil: "load" });
    let last = first;
    // A page that solves something goes on by itself.
    if (first.status() === 403) last = (await page.waitForNavigation({ waitUntil: "load", timeout: 60000 })) ?? first;
    const text = await page.evaluate(() => document.body.innerText);
    const cookies = (await page.cookies()).map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }));
    console.log(JSON.stringify({ began: first.status(), status: last.status(), at: page.url(), text, cookies, refused }));
  }
} finally {
  await browser.close();
}
