// A screen that nobody looks at: a browser with windows and tabs needs one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Xvfb on a number that is free. */
export class Screen {
  #child;

  static async open() {
    const screen = new Screen();
    const words = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
    screen.#child = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const [number] = await once(screen.#child.stdio[3], 'data');
    screen.name = `:${String(number).trim()}`;
    return screen;
  }

  async close() {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
