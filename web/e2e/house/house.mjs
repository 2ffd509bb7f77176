// Everything that a story needs: a mail server, floaterd, a browser, people.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { witnesses } from './bounded.mjs';
import { Floaterd, freePort } from './floaterd.mjs';
import { Notes } from './notes.mjs';
import { Person } from './person.mjs';
import { Post } from './post.mjs';
import { Terminal } from './terminal.mjs';
import { Tmux } from './tmux.mjs';
import { WindowPage } from './window.mjs';
import { Wire } from './wire.mjs';

const SWITCHES = [
  '--no-sandbox', '--disable-quic', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** What the driver sets so that hidden tabs do not sleep as they do for people. */
const AWAKE = [
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Of a page's text, in characters: so much is noted when a story fails. */
const SEEN_MAX = 3000;

/** The whole of it, for one file of stories. */
export class House {
  #wires = [];
  #notes = new Notes();

  #witness = async (story, error) => {
    this.#notes.add(story, error.stack);
    for (const { name, page } of this.#people) {
      const seen = await page.evaluate(() => document.body.innerText).catch(String);
      this.#notes.add(name, `sees:\n${seen.slice(0, SEEN_MAX)}`);
    }
  };

  constructor() {
    witnesses.add(this.#witness);
  }

  /** What must not happen on a page: errors, and whatever the Content-Security-Policy stopped. */
  troubles = [];

  /** `people`: how many, each with a wire of their own. On a `screen` tabs can really be hidden.
   * `native`: terminals and windows can come in too. */
  static async open(people, { screen = null, native = false } = {}) {
    const house = new House();
    house.#screen = screen;
    house.post = await Post.open();
    const port = await freePort();
    for (let n = 0; n < people; n += 1) house.#wires.push(await Wire.lay(port));
    // Without pages it has the address at which it listens.
    const laid = house.#wires.map((wire) => wire.origin);
    const origins = laid.length > 0 ? laid : [`http://127.0.0.1:${port}`];
    const note = (line) => house.#notes.add('floaterd', line);
    house.floaterd = await Floaterd.start({
      port, native: native ? await freePort() : null, origins, smtp: house.post.port, note,
    });
    if (people === 0) return house;
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const shown = screen && {
      headless: false, ignoreDefaultArgs: AWAKE, env: { ...process.env, DISPLAY: screen.name },
    };
    house.browser = await chromium.launch({ executablePath, args: SWITCHES, ...shown });
    return house;
  }

  /** In a place that stands, with a server of its own. Windows come, each in the next home. */
  static at(place, { screen }) {
    const house = new House();
    house.#screen = screen;
    house.#server = place.server;
    house.#homes = [...place.homes];
    house.post = place;
    return house;
  }

  #server = null;

  #homes = [];

  /** Somebody new, in a browser context of their own. */
  async person(name) {
    const wire = this.#wires.shift();
    assert.ok(wire, 'there are more people than wires');
    const context = await this.browser.newContext({ locale: 'zh-CN', reducedMotion: 'reduce' });
    const person = new Person(name, await context.newPage(), wire, this.post);
    context.on('page', (page) => this.watch(name, page));
    this.watch(name, person.page);
    person.closeWire = () => wire.close();
    this.#people.push(person);
    return person;
  }

  #people = [];

  #screen = null;

  /** Somebody new, before a window of the program. `how`: what differs from other windows. */
  async window(name, how = {}) {
    const server = this.#server ?? `floater://127.0.0.1:${this.floaterd.native}`;
    const home = this.#homes.shift() ?? null;
    const page = await WindowPage.open({ server, screen: this.#screen, home, ...how });
    const person = new Person(name, page, null, this.post);
    person.closeWire = () => page.close();
    this.#people.push(person);
    return person;
  }

  /** Somebody new, before a terminal. */
  async terminal(name) {
    const note = (line) => this.#notes.add(name, line);
    const terminal = await Terminal.open(name, { port: this.floaterd.native, post: this.post, note });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** Somebody new, before a full screen of so many columns and rows. */
  async tmux(name, look = {}) {
    const note = (screen) => this.#notes.add(name, screen);
    const { native: port } = this.floaterd;
    const tmux = await Tmux.open(name, { port, post: this.post, note, ...look });
    this.#terminals.push(tmux);
    return tmux;
  }

  #terminals = [];

  /** Some of them, registered and logged in. */
  async arrivals(...names) {
    const people = [];
    for (const name of names) people.push(await this.person(name));
    await Promise.all(people.map((person) => person.arrive()));
    return people;
  }

  watch(name, page) {
    page.on('crash', () => this.#notes.add(name, 'the page has crashed'));
    page.on('pageerror', (error) => {
      this.#notes.add(name, error.stack);
      this.troubles.push(`${name}: ${error.stack}`);
    });
    page.on('console', (message) => {
      const text = message.text();
      this.#notes.add(name, `${message.type()}: ${text}`);
      const isPolicy = /Content.Security.Policy|Trusted.?Type/iu.test(text);
      if (isPolicy) this.troubles.push(`${name}: ${text}`);
    });
  }

  async close() {
    witnesses.delete(this.#witness);
    await this.browser?.close();
    for (const terminal of this.#terminals) await terminal.close();
    for (const person of this.#people) await person.closeWire();
    for (const wire of this.#wires) await wire.close();
    await this.floaterd?.end();
    await this.post?.close();
  }

  /** What every story with windows ends with. */
  async assertNoTroubleInWindows() {
    const windows = this.#people.filter((person) => person.page instanceof WindowPage);
    for (const { name, page } of windows) {
      this.troubles.push(...(await page.troubles()).map((text) => `${name}: ${text}`));
    }
    this.assertNoTrouble();
  }

  /** What every story ends with. */
  assertNoTrouble() {
    assert.deepEqual(this.troubles, []);
  }
}

/** Two who wait, who find each other, and say 你好. */
export async function talkTogether(one, other) {
  await Promise.all([one.seek(), other.seek()]);
  assert.equal(await one.meet(), other.name);
  assert.equal(await other.meet(), one.name);
  await Promise.all([one.greet(), other.greet()]);
  await Promise.all([one.reach('talk'), other.reach('talk')]);
}
