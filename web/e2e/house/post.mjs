// A real mail server: what floaterd sends arrives here over SMTP.
import { once } from 'node:events';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** Takes every mail and hands it to who waits for it. */
export class Post {
  #server;
  #mails = new Map();
  #waiting = new Map();

  static async open() {
    const post = new Post();
    post.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData: (stream, session, done) => {
        post.#take(stream, session.envelope.rcptTo).then(() => done(), done);
      },
    });
    post.#server.listen(0, '127.0.0.1');
    await once(post.#server.server, 'listening');
    return post;
  }

  get port() {
    return this.#server.server.address().port;
  }

  /** The next mail to an address, as `mailparser` reads it. */
  mailTo(address) {
    const here = this.#mails.get(address)?.shift();
    if (here) return Promise.resolve(here);
    return new Promise((resolve) => {
      this.#waiting.set(address, [...(this.#waiting.get(address) ?? []), resolve]);
    });
  }

  /** The code of the next mail to an address, as a person types it. */
  async codeFor(address) {
    return codeIn(await this.mailTo(address));
  }

  async #take(stream, recipients) {
    const mail = await simpleParser(stream);
    for (const { address } of recipients) {
      const waiting = this.#waiting.get(address)?.shift();
      if (waiting) waiting(mail);
      else this.#mails.set(address, [...(this.#mails.get(address) ?? []), mail]);
    }
  }

  close() {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The code of a mail, as a person types it. */
export function codeIn({ text }) {
  const code = /\b([0-9A-Z]{4}) ([0-9A-Z]{4})\b/u.exec(text);
  if (!code) throw new Error(`no code in the mail:\n${text}`);
  return code[0];
}
