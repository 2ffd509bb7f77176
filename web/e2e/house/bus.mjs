// A bus of a desktop's session, and on it what shows notifications: dunst.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { until } from './desk.mjs';

const run = promisify(execFile);

/** The bus; `env` are the surroundings of a program on it. */
export class Bus {
  #children = [];

  /** `screen`: where notifications are shown. Without one the desktop has none. */
  static async open({ screen = null } = {}) {
    const bus = new Bus();
    const words = ['--session', '--nofork', '--print-address=1'];
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
    const { stdout } = await run('dunstctl', words, { env: { ...process.env, ...this.env } });
    return stdout;
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

  async close() {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  }
}
