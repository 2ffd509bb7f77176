// The words of WebDriver that are needed, spoken to WebKit's own driver: one driver, one window.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, isOver } from './floaterd.mjs';

const DRIVER = process.env.WEBKIT_WEBDRIVER ?? '/usr/bin/WebKitWebDriver';
/** The name under which WebDriver hands elements over. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** The driver answers so soon after its start, in milliseconds. */
const PATIENCE = 15_000;
const LOOK = 50;

/** What WebDriver refuses, with its own name of the fault. */
export class WebDriverError extends Error {
  constructor({ error, message }) {
    super(`${error}: ${message}`);
    this.fault = error;
  }
}

/** One session with a program that shows a page. */
export class WebDriver {
  #at;
  #driver;

  /** Starts `program` with `args`; `env` is its surroundings. */
  static async start({ program, args, env }) {
    const session = new WebDriver();
    const port = await freePort();
    session.#driver = spawn(DRIVER, [`--port=${port}`], {
      env: { ...process.env, TAURI_WEBVIEW_AUTOMATION: 'true', ...env }, stdio: 'ignore',
    });
    process.once('exit', () => session.#driver.kill('SIGKILL'));
    session.#at = `http://127.0.0.1:${port}`;
    await session.#ready();
    const options = { 'webkitgtk:browserOptions': { binary: program, args } };
    const { sessionId } = await session.#call('POST', '/session', {
      capabilities: { alwaysMatch: options },
    });
    session.#at += `/session/${sessionId}`;
    return session;
  }

  async #ready() {
    const last = Date.now() + PATIENCE;
    while (!(await fetch(`${this.#at}/status`).catch(() => null))?.ok) {
      if (Date.now() > last) throw new Error(`${DRIVER} does not start`);
      await pause(LOOK);
    }
  }

  async #call(method, path, body = {}) {
    const answer = await fetch(this.#at + path, {
      method, ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new WebDriverError(value);
    return value;
  }

  /** What a function says in the page, at once or later. */
  async run(what, ...args) {
    const script = `const [said, failed] = [...arguments].slice(-1).flatMap((done) =>
      [(value) => done({ value }), (error) => done({ error: String(error) })]);
      new Promise((go) => go((${what})(...[...arguments].slice(0, -1)))).then(said, failed)`;
    const { value, error } = await this.#call('POST', '/execute/async', { script, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  click(element) {
    return this.#call('POST', `/element/${element[ELEMENT]}/click`);
  }

  /** Keys as a person presses them; for a field of files, a path. */
  keys(element, text) {
    return this.#call('POST', `/element/${element[ELEMENT]}/value`, { text });
  }

  /** PNG. */
  async screenshot() {
    return Buffer.from(await this.#call('GET', '/screenshot'), 'base64');
  }

  /** The program that shows the page. */
  async pid() {
    const { pid } = this.#driver;
    return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0]);
  }

  async end() {
    if (isOver(this.#driver)) return;
    await this.#call('DELETE', '').catch(() => null);
    this.#driver.kill('SIGKILL');
    await once(this.#driver, 'exit');
  }
}
