const { exec } = require('child_process');
const { promisify } = require('util');

const run = promisify(exec);
const tools = { png: 'optipng', jpg: 'jpegoptim' };

class Optimizer {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  async one({ name, kind }) {
    const tool = tools[kind] ?? 'true';
    return run(`${tool} ${this.#folder}/${name}`); // flow: command
  }

  all(items) {
    return Promise.all(items.map((item) => this.one(item)));
  }
}

exports.handler = async ({ detail: { items } }) => new Optimizer('/mnt/images').all(items);
