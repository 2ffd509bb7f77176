// Somebody before a full screen: presses keys in a real `floater` in a tmux of its own, and looks at
// what stands there.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TARGET } from './floaterd.mjs';
import { PASSWORD, PATIENCE, PROGRAM, assertBuilt } from './terminal.mjs';

const run = promisify(execFile);
/** What a shell without a file of its own begins with. */
export const PROMPT = 'bash-';
/** The screen is looked at so often, in milliseconds. */
const LOOK = 50;
/** With SCREENS set, what is looked at is kept here for people to look at too. */
const SCREENS = process.env.SCREENS && join(TARGET, 'screens');

/** One person with a data directory and a terminal of their own. */
export class Tmux {
  #socket;
  #post;
  #note;
  #size;
  #command;

  constructor(name, { socket, folder, post, note, cols, rows, command, english }) {
    this.name = name;
    this.email = `${name.toLowerCase()}@example.org`;
    this.folder = folder;
    this.english = english;
    this.#socket = socket;
    this.#post = post;
    this.#note = note;
    this.#size = `${cols}x${rows}`;
    this.#command = command;
    process.once('exit', () => {
      spawnSync('tmux', ['-L', socket, 'kill-server'], { env: this.#variables });
    });
  }

  /** Starts the program from a shell, as people do. `port`: the door for native clients. */
  static async open(name, { port, post, note, cols = 80, rows = 24, english = false }) {
    assertBuilt();
    const folder = await mkdtemp(join(tmpdir(), 'floater-'));
    const socket = `floater-${process.pid}-${name}`;
    const language = english ? 'en' : 'zh-CN';
    const words = `--server floater://127.0.0.1:${port} --data ${folder} --language ${language}`;
    const command = `${PROGRAM} ${words}`;
    const tmux = new Tmux(name, { socket, folder, post, note, cols, rows, command, english });
    await tmux.#tmux(
      '-f', '/dev/null', 'new-session', '-d', '-x', `${cols}`, '-y', `${rows}`,
      '-e', 'COLORTERM=truecolor', '-e', 'NO_COLOR=', '-e', 'LANG=C.UTF-8',
      'bash --norc --noprofile -i',
    );
    await tmux.see(PROMPT);
    await tmux.start();
    return tmux;
  }

  /** From the shell, as at the beginning. */
  async start() {
    await this.say(this.#command);
  }

  /** Its socket is in the folder, and goes with it. */
  get #variables() {
    return { ...process.env, LANG: 'C.UTF-8', TMUX_TMPDIR: this.folder };
  }

  async #tmux(...words) {
    const { stdout } = await run('tmux', ['-L', this.#socket, ...words], {
      env: this.#variables,
      timeout: PATIENCE,
    });
    return stdout;
  }

  /** Keys by tmux's names: Enter, Escape, Up, Tab, F3, C-x. */
  async press(...keys) {
    for (const key of keys) await this.#tmux('send-keys', key);
  }

  async type(text) {
    await this.#tmux('send-keys', '-l', '--', text);
  }

  /** In brackets, as terminals paste. */
  async paste(text) {
    await this.#tmux('set-buffer', '--', text);
    await this.#tmux('paste-buffer', '-p');
  }

  screen() {
    return this.#tmux('capture-pane', '-p');
  }

  /** What tmux knows of the terminal by one of its names: alternate_on, cursor_flag, pane_title. */
  async state(name) {
    return (await this.#tmux('display-message', '-p', `#{${name}}`)).trim();
  }

  /** Looks until the screen holds this. */
  async see(part, within = PATIENCE) {
    return this.#look(part, (screen) => screen.includes(part), 'does not see', within);
  }

  /** Looks until the screen does not hold this any more. */
  async gone(part, within = PATIENCE) {
    return this.#look(part, (screen) => !screen.includes(part), 'still sees', within);
  }

  async #look(part, isIt, otherwise, within) {
    const late = Date.now() + within;
    for (;;) {
      const screen = await this.screen();
      if (isIt(screen)) return screen;
      if (Date.now() > late) {
        this.#note(screen);
        throw new Error(`${this.name} ${otherwise} ${part}:\n${screen}`);
      }
      await sleep(LOOK);
    }
  }

  /** Keeps the screen for people to look at, if they asked for that. */
  async keep(step) {
    if (!SCREENS) return;
    await mkdir(SCREENS, { recursive: true });
    const at = `${step}-${this.#size}-${this.english ? 'en' : 'zh-CN'}.txt`;
    await writeFile(join(SCREENS, at), await this.screen());
  }

  async resize(cols, rows) {
    await this.#tmux('resize-window', '-x', `${cols}`, '-y', `${rows}`);
    this.#size = `${cols}x${rows}`;
  }

  /** Stops the program; the shell has the terminal. */
  async suspend() {
    await this.press('C-z');
    await this.see('Stopped');
  }

  /** The stopped program goes on. */
  async resume() {
    await this.say('fg');
    await this.gone('Stopped');
  }

  /** As if it broke down: nothing is said, nothing is put in order. */
  async kill() {
    const shell = await this.state('pane_pid');
    const children = await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8');
    process.kill(Number(children), 'SIGKILL');
    await this.see('Killed');
  }

  /** Registers, activates by the code that was mailed, logs in, and allows direct connections. */
  async arrive() {
    const zh = !this.english;
    await this.see(zh ? '忘记密码' : 'Forgotten password');
    await this.press('Down', 'Enter');
    await this.see(zh ? '我已满 18 岁' : 'I am 18 or older');
    await this.keep('rules');
    await this.press('Enter');
    for (const [asked, answer] of [
      [zh ? '聊天的人看不到' : 'Nobody you talk to sees it', this.email],
      [zh ? '聊天时对方看到的名字' : 'What others see', this.name],
      [zh ? '8 到 128 个字符' : '8 to 128 characters', PASSWORD],
    ]) {
      await this.see(asked);
      await this.type(answer);
      await this.press('Enter');
    }
    await this.gone(zh ? '8 到 128 个字符' : '8 to 128 characters');
    await this.type(PASSWORD);
    await this.keep('register');
    await this.press('Enter');
    await this.see(zh ? '在邮件里' : 'It is in the mail');
    await this.type((await this.#post.codeFor(this.email)).toLowerCase());
    await this.press('Enter');
    await this.see(zh ? '账户已激活' : 'Your account is active');
    await this.type(PASSWORD);
    await this.press('Enter');
    await this.see(zh ? '要不要允许直接连接' : 'Allow a direct connection?');
    await this.keep('policy');
    await this.press('Enter');
    await this.see(zh ? '聊一聊' : 'Talk');
    await this.keep('main');
  }

  async seek() {
    await this.press('Enter');
  }

  async say(text) {
    await this.type(text);
    await this.press('Enter');
  }

  /** Writes this instead of what stands in the line that is asked for. */
  async answer(text) {
    await this.press('C-u');
    await this.say(text);
  }

  async close() {
    // A server that is gone needs nothing.
    await this.#tmux('kill-server').catch(() => {});
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }
}
