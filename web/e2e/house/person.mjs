// Somebody who sits before a browser: does what people do, sees what people see.
import { readFile } from 'node:fs/promises';
import { until } from './desk.mjs';

const PASSWORD = '相逢何必曾相识 floater';

/** One person before a page of their own: in a browser context, or in a window, which needs no wire. All names and words are the page's. */
export class Person {
  /** What they say when they are asked about direct connections. */
  policy = '始终隐藏地址';

  constructor(name, page, wire, post) {
    this.name = name;
    this.email = `${name.toLowerCase()}@example.org`;
    this.page = page;
    this.wire = wire;
    this.post = post;
  }

  at(place) {
    return this.page.locator(`main[data-page="${place}"]`);
  }

  /** Waits until they are at a place. */
  async reach(place, timeout = 20_000) {
    await this.at(place).waitFor({ timeout });
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  async open() {
    if (this.wire) await this.page.goto(this.wire.origin);
    await this.reach('door');
  }

  async register() {
    const { page } = this;
    await this.button('注册').click();
    await page.getByRole('heading', { name: '注册' }).waitFor();
    await page.getByLabel('邮箱').fill(this.email);
    await page.getByLabel('名字').fill(this.name);
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await page.getByRole('checkbox').check();
    await this.button('注册').click();
    await page.getByRole('heading', { name: '激活账户' }).waitFor();
  }

  async activate() {
    await this.page.getByLabel('8 位验证码').fill(await this.post.codeFor(this.email));
    await this.button('激活').click();
    await this.page.getByText('账户已激活，请登录。').waitFor();
  }

  /** Types what is needed to log in, and presses the button: what comes of it is seen. */
  async tryToLogIn(password = PASSWORD) {
    await this.page.getByLabel('邮箱').fill(this.email);
    await this.page.getByLabel('密码', { exact: true }).fill(password);
    await this.button('登录').click();
  }

  async logIn(password = PASSWORD) {
    await this.tryToLogIn(password);
    await this.page.locator('main:is([data-page="first"], [data-page="main"])').waitFor();
    if (await this.at('first').isVisible()) {
      await this.page.getByRole('button', { name: this.policy }).click();
    }
    await this.reach('main');
  }

  async arrive() {
    await this.open();
    await this.register();
    await this.activate();
    await this.logIn();
  }

  /** Goes to the settings, and waits until what the server keeps stands there. */
  async openSettings() {
    await this.button('设置').click();
    await this.reach('settings');
    await until(async () => (await this.page.getByText('请稍候…').count()) === 0);
  }

  /** Goes back to the main page. */
  async back() {
    await this.button('返回').click();
    await this.reach('main');
  }

  async seek() {
    await this.button('聊一聊').click();
  }

  /** The name of the stranger who was found. */
  async meet() {
    await this.reach('greeting');
    const names = this.at('greeting').getByRole('group');
    return (await names.getAttribute('aria-label')).split('对方是 ')[1];
  }

  async greet() {
    await this.button('你好').click();
  }

  get composer() {
    return this.page.getByRole('textbox', { name: '写给对方' });
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** The texts of the conversation, in the order in which they stand there. */
  texts() {
    return this.page.locator('[role="log"] .body.text').allTextContents();
  }

  /** The texts of one of the two, in the order in which they stand there. */
  textsOf(who) {
    const own = who === this ? '.own' : ':not(.own)';
    return this.page.locator(`[role="log"] article${own} .body.text`).allTextContents();
  }

  /** Waits for a text of the other or one's own. */
  async read(text, timeout = 20_000) {
    const line = this.page.locator('[role="log"] .body.text').filter({ hasText: text });
    await line.first().waitFor({ timeout });
  }

  async attach(file) {
    await this.page.locator('input[type="file"]').setInputFiles(file);
    await this.page.getByText('位置等信息已去除').waitFor({ timeout: 60_000 });
  }

  async send() {
    await this.button('发送').click();
  }

  /** The red button, and yes. */
  async leave() {
    await this.button('断开').first().click();
    const dialog = this.page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: '断开' }).click();
  }

  /** Opens the menu of the conversation and takes one of its lines. */
  async choose(item) {
    await this.button('菜单').click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Waits until they are on the main page and are told why. */
  async told(why, timeout = 20_000) {
    await this.reach('main', timeout);
    await this.page.getByRole('heading', { name: why }).waitFor({ timeout });
  }

  get figure() {
    return this.page.locator('figure').last();
  }

  /** Waits until a picture that is still blurred is here: then it is the last one. */
  async receivePicture() {
    const blurred = this.page.locator('figure:not(:has(img))').last();
    await blurred.getByRole('button', { disabled: false }).waitFor({ timeout: 60_000 });
  }

  async openPicture() {
    await this.figure.getByRole('button').click();
    await this.figure.locator('img').waitFor({ timeout: 30_000 });
  }

  /** Of the picture that was opened last, in pixels. */
  async sizeOfPicture() {
    await this.figure.locator('img').waitFor();
    return this.page.evaluate(async () => {
      const image = [...document.querySelectorAll('figure img')].at(-1);
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
  }

  /** What the button of the last picture saves, as bytes. */
  async savePicture() {
    const saving = this.page.waitForEvent('download');
    await this.button('保存图片').last().click();
    return readFile(await (await saving).path());
  }
}
