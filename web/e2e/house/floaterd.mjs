// A real floaterd in a folder of its own, on ports that nobody else uses.
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the programs are built. */
export const TARGET = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../../target');
const PROGRAM = process.env.FLOATERD ?? join(TARGET, 'ci/floaterd');
/** How long a start may take until it counts as failed, in milliseconds. */
const PATIENCE = 15_000;
const LOOK = 20;
/** From and below. Linux hands out those from 32768 on by itself. */
const PORTS = [20_000, 32_000];
const TRIES_MAX = 100;

const RATES = [
  'link_by_address', 'link_globally', 'register_by_address', 'register_globally',
  'mail_by_recipient', 'mail_by_address', 'mail_globally',
  'login_by_address', 'login_by_email', 'login_globally',
  'code_by_address', 'code_by_email', 'code_globally', 'cookie_by_address', 'cookie_globally',
  'seek_by_account', 'seek_globally',
];

/** The next port to look at. */
let nextPort = randomInt(...PORTS);

/** A port that is free now: none that was given before, and none that Linux hands out meanwhile. */
export async function freePort() {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = nextPort;
    nextPort = port + 1 < PORTS[1] ? port + 1 : PORTS[0];
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port in ${PORTS}`);
}

/** The server, which can be killed and started again on the same port and data. */
export class Floaterd {
  #child = null;
  #log = [];
  #note;

  constructor({ port, native, folder, note }) {
    this.port = port;
    this.native = native;
    this.folder = folder;
    this.#note = note;
  }

  /**
   * `origins`: from where pages connect, the first one being its public address. `native`: the
   * port of the door for native clients, if there is to be one. `note` gets each line that it
   * says.
   */
  static async start({ port, native = null, origins, smtp, note }) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built`);
    const folder = await mkdtemp(join(tmpdir(), 'floaterd-'));
    const server = new Floaterd({ port, native, folder, note });
    process.once('exit', () => server.#child?.kill('SIGKILL'));
    await writeFile(server.#config, configuration({ port, native, origins, smtp }));
    await server.start();
    return server;
  }

  get #config() {
    return join(this.folder, 'floaterd.toml');
  }

  get #data() {
    return join(this.folder, 'data');
  }

  /** Everything that it said so far. */
  get log() {
    return this.#log.join('\n');
  }

  async start() {
    const words = ['--config', this.#config, '--data', this.#data];
    const child = spawn(PROGRAM, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.#log.push(line);
        this.#note(line);
      });
    }
    const last = Date.now() + PATIENCE;
    while (!(await this.#isReady())) {
      if (isOver(child) || Date.now() > last) {
        throw new Error(`floaterd does not start:\n${this.log}`);
      }
      await pause(LOOK);
    }
  }

  /** What a command says that whoever runs the server types, beside the running server. */
  async command(verb, ...words) {
    const all = [verb, '--config', this.#config, '--data', this.#data, ...words];
    return (await run(PROGRAM, all)).stdout;
  }

  async #isReady() {
    const signal = AbortSignal.timeout(PATIENCE);
    const asked = fetch(`http://127.0.0.1:${this.port}/readyz`, { signal });
    return (await asked.catch(() => null))?.ok ?? false;
  }

  /** As if the power went: nothing is said, nothing is put in order. */
  async kill() {
    const child = this.#child;
    if (!child || isOver(child)) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async end() {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A child that was killed has no exit code. */
export function isOver(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

function configuration({ port, native, origins, smtp }) {
  const rates = RATES.map((rate) => `${rate} = { burst = 10000, per_hour = 1000000 }`);
  return `
[http]
listen = "127.0.0.1:${port}"
public_url = "${origins[0]}"
origins = ${JSON.stringify(origins.slice(1))}
[native]
enabled = ${native !== null}
listen = "127.0.0.1:${native ?? 0}"
[direct]
enabled = false
[admin]
enabled = false
[mail]
host = "127.0.0.1"
port = ${smtp}
security = "none"
[rates]
${rates.join('\n')}
`;
}
