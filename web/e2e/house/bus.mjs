// A bus of a desktop's session, and on it what a desktop has: dunst for notifications, GNOME's keyring.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './desk.mjs';
import { isOver } from './floaterd.mjs';

const run = promisify(execFile);

/** Nothing starts on it by itself, unlike on the session's own. */
const CONFIG = `<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;
const SERVICE = ['org.freedesktop.secrets', '/org/freedesktop/secrets'];
const PASSWORD = 'a password of the desktop';

/** The bus; `env` are the surroundings of a program on it. */
export class Bus {
  #children = [];

  #folder = null;

  #keyring = null;

  /** `screen`: where notifications are shown. Without one the desktop has none. */
  static async open({ screen = null } = {}) {
    const bus = new Bus();
    bus.#folder = await mkdtemp(join(tmpdir(), 'floater-bus-'));
    const config = join(bus.#folder, 'bus.conf');
    await writeFile(config, CONFIG);
    const words = [`--config-file=${config}`, '--nofork', '--print-address=1'];
    const daemon = spawn('dbus-daemon', words, { stdio: ['ignore', 'pipe', 'ignore'] });
    bus.#children.push(daemon);
    const [address] = await once(daemon.stdout, 'data');
    bus.env = { DBUS_SESSION_BUS_ADDRESS: String(address).trim() };
    if (!screen) return bus;
    bus.env.DISPLAY = screen.name;
    await bus.start('dunst', ['-conf', '/dev/null']);
    await until(() => bus.#dunst('count'));
    return bus;
  }

  /** Starts a program on the bus. It ends with it. */
  async start(name, words, stdio = 'ignore') {
    const child = spawn(name, words, { stdio, env: { ...process.env, ...this.env } });
    this.#children.push(child);
    await once(child, 'spawn');
    return child;
  }

  async #dunst(...words) {
    return this.#run('dunstctl', ...words);
  }

  /** The notifications that were shown, the last one first: who, title and text of each. */
  async notifications() {
    await this.#dunst('close-all');
    const { data } = JSON.parse(await this.#dunst('history'));
    const told = ({ appname, summary, body }) => [appname.data, summary.data, body.data];
    return data.flat().map(told);
  }

  /** How many notifications stand on the screen. */
  async shown() {
    return Number(await this.#dunst('count', 'displayed'));
  }

  /** A press on the notification that is shown. */
  async press() {
    await this.#dunst('action', '0');
  }

  /** A keyring comes, unlocked by its password, or comes back. */
  async unlock() {
    if (this.#keyring) await end(this.#keyring);
    const words = ['--foreground', '--unlock', '--components=secrets', `--control-directory=${this.#folder}`];
    const around = { HOME: this.#folder, XDG_DATA_HOME: this.#folder };
    this.#keyring = spawn('gnome-keyring-daemon', words, {
      stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, ...this.env, ...around },
    });
    this.#children.push(this.#keyring);
    this.#keyring.stdin.end(PASSWORD);
    await until(() => this.call(...SERVICE, 'org.freedesktop.Secret.Service.ReadAlias', 'string:default')
      .then((told) => told.includes('/collection/')));
  }

  /** Its owner has locked it. */
  async lock() {
    await this.call(...SERVICE, 'org.freedesktop.Secret.Service.Lock', 'array:objpath:/org/freedesktop/secrets/collection/login');
  }

  /** It says nothing from now on. */
  hush() {
    this.#keyring.kill('SIGSTOP');
  }

  /** What the keyring holds for the window; nothing where that is nothing. */
  async secret() {
    const about = ['lookup', 'application', 'org.floater.Floater'];
    return this.#run('secret-tool', ...about).catch(() => '');
  }

  /** What an object on the bus answers, as dbus-send writes it. */
  async call(name, path, method, ...words) {
    return this.#run('dbus-send', '--print-reply', `--dest=${name}`, path, method, ...words);
  }

  async #run(name, ...words) {
    const { stdout } = await run(name, words, { env: { ...process.env, ...this.env } });
    return stdout;
  }

  async close() {
    for (const child of this.#children.reverse()) await end(child);
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}

async function end(child) {
  if (isOver(child)) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
