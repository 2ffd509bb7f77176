// A window as playwright speaks of pages: what stories say of a browser's page holds for it too.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until } from './desk.mjs';
import { find } from './find.mjs';
import { TARGET } from './floaterd.mjs';
import { WebDriver } from './webdriver.mjs';

const run = promisify(execFile);
/** A window that was given no bus has none: no keyring of this machine is touched. */
const NO_BUS = 'unix:path=/nonexistent';
const PROGRAM = process.env.FLOATER_WINDOW ?? join(TARGET, 'desktop/ci/floater-window');
/** The language in which people are driven here, made once of the system's description. */
const LOCALES = join(TARGET, 'locale');
const LOCALE = 'zh_CN.UTF-8';
/** What is waited for is there so soon, in milliseconds. */
const PATIENCE = 30_000;
const LOOK = 50;
/** WebDriver's names of keys that are no letters. */
const KEYS = { Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004' };

async function speakChinese() {
  if (existsSync(join(LOCALES, LOCALE))) return;
  await mkdir(LOCALES, { recursive: true });
  await run('localedef', ['-i', 'zh_CN', '-f', 'UTF-8', join(LOCALES, LOCALE)]);
}

/** Runs in the page, which may have begun anew: WebKit's driver tells nothing of errors. */
function listen() {
  if (globalThis.isHeard) return;
  globalThis.isHeard = true;
  const note = (text) => {
    const noted = JSON.parse(sessionStorage.getItem('troubles') ?? '[]');
    sessionStorage.setItem('troubles', JSON.stringify([...noted, text]));
  };
  addEventListener('error', ({ message, error }) => note(`${message} ${error?.stack ?? ''}`));
  addEventListener('unhandledrejection', ({ reason }) => note(`${reason} ${reason?.stack ?? ''}`));
  addEventListener('securitypolicyviolation', (stopped) => {
    note(`the policy stopped ${stopped.effectiveDirective} ${stopped.blockedURI}`);
  });
}

/** The page of one window, which has a data directory of its own. */
export class WindowPage {
  #driver = null;
  #start;

  constructor(folder, start) {
    this.folder = folder;
    this.#start = start;
  }

  /**
   * `server`: its address for native clients; `screen`: where the window stands; `home`: a process
   * in whose network it does; `data`: its data directory, if it is not a new one; `around`: more of
   * what surrounds it.
   */
  static async open({ server, screen, home, data = null, around = {} }) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built`);
    const folder = await mkdtemp(join(tmpdir(), 'floater-'));
    const args = ['--data', data ?? folder, ...(server ? [server] : [])];
    await speakChinese();
    const language = { LOCPATH: LOCALES, LANG: LOCALE, LC_ALL: LOCALE };
    const desktop = { DISPLAY: screen.name, GDK_BACKEND: 'x11', DBUS_SESSION_BUS_ADDRESS: NO_BUS };
    const env = { ...desktop, ...language, ...around };
    const page = new WindowPage(folder, { program: PROGRAM, args, env, home });
    await page.start();
    return page;
  }

  /** Again, after `kill`. */
  async start() {
    this.#driver = await WebDriver.start(this.#start);
    await this.#driver.run(listen);
  }

  /** Again, with the server of last time. `link`: of another one, which somebody opened. */
  async startThere(link = null) {
    this.#start.args = [...this.#start.args.slice(0, 2), ...(link ? [link] : [])];
    await this.start();
  }

  /** A second start with the same data directory: it ends without a word, or this fails. `link`: a
   * server. */
  async startTwice(link = null) {
    const { program, env } = this.#start;
    const args = link ? [...this.#start.args.slice(0, 2), link] : this.#start.args;
    const { stdout, stderr } = await run(program, args, {
      env: { ...process.env, ...env }, timeout: PATIENCE,
    });
    return stdout + stderr;
  }

  /** As if it broke down. */
  async kill() {
    process.kill(await this.pid(), 'SIGKILL');
    await this.#driver.end();
  }

  /** Waits until the program has ended by itself. */
  async over() {
    await until(async () => !(await this.pid()));
    await this.#driver.end();
  }

  /** The errors of the page, and what its policy stopped, since it was looked at first. */
  troubles() {
    return this.#driver.run(() => JSON.parse(sessionStorage.getItem('troubles') ?? '[]'));
  }

  pid() {
    return this.#driver.pid();
  }

  async close() {
    await this.#driver.end();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }

  locator(css) {
    return new Locator(this, [{ css }]);
  }

  getByRole(role, more = {}) {
    return new Locator(this, [{ role, ...more }]);
  }

  getByLabel(label, more = {}) {
    return new Locator(this, [{ label, ...more }]);
  }

  getByText(text) {
    return new Locator(this, [{ text }]);
  }

  evaluate(what, ...args) {
    return this.#driver.run(what, ...args);
  }

  async screenshot({ path }) {
    await writeFile(path, await this.#driver.screenshot());
  }

  find(steps) {
    return this.#driver.run(`(steps) => { (${listen})(); return (${find})(steps); }`, steps);
  }

  click(element) {
    return this.#driver.click(element);
  }

  keys(element, text) {
    return this.#driver.keys(element, text);
  }
}

/** What some steps lead to, found anew at each use. */
class Locator {
  #page;
  #steps;

  constructor(page, steps) {
    this.#page = page;
    this.#steps = steps;
  }

  #then(...steps) {
    return new Locator(this.#page, [...this.#steps, ...steps]);
  }

  locator(css) { return this.#then({ css }); }

  getByRole(role, more = {}) { return this.#then({ role, ...more }); }

  getByText(text) { return this.#then({ text }); }

  filter({ hasText }) { return this.#then({ hasText }); }

  first() { return this.#then({ nth: 0 }); }

  last() { return this.#then({ nth: -1 }); }

  #all() {
    return this.#page.find(this.#steps);
  }

  /** Tries until it works: what is not there yet, or not within reach, may come. */
  async #try(what, timeout = PATIENCE) {
    const last = Date.now() + timeout;
    for (;;) {
      const failed = await this.#once(what).catch((error) => error);
      if (!(failed instanceof Error)) return failed?.value;
      if (Date.now() > last) {
        failed.message += `\n${JSON.stringify(this.#steps)}`;
        throw failed;
      }
      await pause(LOOK);
    }
  }

  async #once(what) {
    const [element] = await this.#all();
    if (!element) throw new Error('it is not there');
    return { value: await what(element) };
  }

  #see(what, ...args) {
    return this.#try((element) => this.#page.evaluate(what, element, ...args));
  }

  async waitFor({ timeout = PATIENCE } = {}) {
    await this.#try(async (element) => {
      const isShown = await this.#page.evaluate((it) => it.checkVisibility(), element);
      if (!isShown) throw new Error('it is not shown');
    }, timeout);
  }

  async click() {
    await this.#try((element) => this.#page.click(element));
  }

  async check() {
    if (!(await this.#see((it) => it.checked))) await this.click();
  }

  /** What stands there is replaced, as by a paste. */
  async fill(text) {
    await this.#see((it, words) => {
      it.focus();
      it.select();
      document.execCommand('insertText', false, words);
    }, text);
  }

  async press(key) {
    await this.#try((element) => this.#page.keys(element, KEYS[key] ?? key));
  }

  async setInputFiles({ name, buffer }) {
    const folder = await mkdtemp(join(tmpdir(), 'floater-'));
    await writeFile(join(folder, name), buffer);
    await this.#try((element) => this.#page.keys(element, join(folder, name)));
  }

  async count() { return (await this.#all()).length; }

  async isVisible() {
    const [element] = await this.#all();
    return Boolean(element) && this.#page.evaluate((it) => it.checkVisibility(), element);
  }

  getAttribute(name) { return this.#see((it, wanted) => it.getAttribute(wanted), name); }

  inputValue() { return this.#see((it) => it.value); }

  async allTextContents() {
    // WebKit's driver knows elements as arguments, not within them.
    return this.#page.evaluate((...all) => all.map((it) => it.textContent), ...(await this.#all()));
  }
}
