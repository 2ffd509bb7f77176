// A screen that nobody looks at: a browser with windows and tabs needs one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Xvfb on a number that is free. */
export class Screen {
  #child;

  #manager = null;

  /** `managed`: somebody manages the windows, so that one can be put away and called back. */
  static async open({ managed = false } = {}) {
    const screen = new Screen();
    const words = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
    screen.#child = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const [number] = await once(screen.#child.stdio[3], 'data');
    screen.name = `:${String(number).trim()}`;
    if (managed) {
      const env = { ...process.env, DISPLAY: screen.name };
      screen.#manager = spawn('openbox', [], { stdio: 'ignore', env });
      await once(screen.#manager, 'spawn');
    }
    return screen;
  }

  async close() {
    if (this.#manager) {
      this.#manager.kill();
      await once(this.#manager, 'exit');
    }
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
