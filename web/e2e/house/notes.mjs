// What the server and the pages of one file of stories say, to be read when a story fails.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../target/stories');

/** One file of notes, written as it comes, so that it is there however the stories end. */
export class Notes {
  #path = join(FOLDER, `${basename(process.argv[1], '.test.mjs')}.log`);

  constructor() {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(this.#path, '');
    process.once('exit', (code) => {
      if (code === 0) rmSync(this.#path, { force: true });
      else process.stderr.write(`what was said meanwhile: ${this.#path}\n`);
    });
  }

  add(who, text) {
    const time = new Date().toISOString().slice(11, 23);
    appendFileSync(this.#path, `${time} ${who}: ${text}\n`);
  }
}
