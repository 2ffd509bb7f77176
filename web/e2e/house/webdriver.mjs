// The words of WebDriver that are needed, spoken to WebKit's own driver: one driver, one window.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, isOver } from './floaterd.mjs';

const DRIVER = process.env.WEBKIT_WEBDRIVER ?? '/usr/bin/WebKitWebDriver';
const RELAY = join(import.meta.dirname, 'within.mjs');
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
  /** Where the driver listens. */
  #door;
  #path = '';
  #driver;
  #relay = null;

  /**
   * Starts `program` with `args`; `env` is its surroundings, and `home` a process in whose network
   * it runs, if it is not this one.
   */
  static async start({ program, args, env, home = null }) {
    const session = new WebDriver();
    const port = await freePort();
    const start = (words, stdio) => {
      const [name, ...rest] = home ? ['nsenter', `--net=/proc/${home}/ns/net`, ...words] : words;
      const surroundings = { ...process.env, TAURI_WEBVIEW_AUTOMATION: 'true', ...env };
      const child = spawn(name, rest, { env: surroundings, stdio });
      const end = () => child.kill('SIGKILL');
      process.once('exit', end);
      child.once('exit', () => process.off('exit', end));
      return child;
    };
    session.#driver = start([DRIVER, `--port=${port}`], 'ignore');
    session.#door = { host: '127.0.0.1', port };
    if (home) {
      session.#folder = await mkdtemp(join(tmpdir(), 'floater-'));
      session.#door = { socketPath: join(session.#folder, 'driver') };
      const words = [process.execPath, RELAY, session.#door.socketPath, String(port)];
      session.#relay = start(words, ['pipe', 'ignore', 'inherit']);
    }
    await session.#ready();
    const options = { 'webkitgtk:browserOptions': { binary: program, args } };
    const { sessionId } = await session.#call('POST', '/session', {
      capabilities: { alwaysMatch: options },
    });
    session.#path = `/session/${sessionId}`;
    return session;
  }

  #folder = null;

  async #ready() {
    const last = Date.now() + PATIENCE;
    while (!(await this.#call('GET', '/status').catch(() => null))) {
      if (Date.now() > last) throw new Error(`${DRIVER} does not start`);
      await pause(LOOK);
    }
  }

  async #call(method, path, body = {}) {
    const asked = request({ ...this.#door, method, path: this.#path + path });
    asked.end(method === 'POST' ? JSON.stringify(body) : undefined);
    const [answer] = await once(asked, 'response');
    const { value } = await json(answer);
    if (answer.statusCode !== 200) throw new WebDriverError(value);
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
    this.#relay?.stdin.end();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}
