// An input method as the browser sees it.

/** What a person types with, attached to one page. */
export class InputMethod {
  #session;

  #page;

  static async on(page) {
    const method = new InputMethod();
    method.#page = page;
    method.#session = await page.context().newCDPSession(page);
    return method;
  }

  /** Letters that are not chosen yet stand underlined where one writes. */
  async compose(...steps) {
    for (const text of steps) {
      const end = text.length;
      await this.#session.send('Input.imeSetComposition', {
        text, selectionStart: end, selectionEnd: end,
      });
    }
  }

  /** Enter belongs to the input method while it composes. */
  async enter() {
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
    await this.#session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await this.#session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }

  /** The text is chosen. The key that chose it is the method's; the next one comes frames later. */
  async choose(text) {
    await this.#session.send('Input.insertText', { text });
    await this.#page.evaluate(async () => {
      for (let n = 0; n < 4; n += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
    });
  }
}
