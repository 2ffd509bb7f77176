// uWebSockets: each message goes to the other one of the pair as it came.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const name = '@trufflesuite/uws-js-unofficial';
// What the package exports falls back to JavaScript without an error. That is not compared.
const { platform, arch, versions } = process;
const uws = require(`${name}/binaries/uws_${platform}_${arch}_${versions.modules}.node`);
const version = require(`${name}/package.json`).version.split('-')[0];
let waiting = null;

const app = uws.App().ws('/*', {
  maxPayloadLength: 64 * 1024,
  // Above the bound messages are thrown away: room for what one pair has on its way.
  maxBackpressure: 1024 * 1024,
  open: (socket) => {
    const partner = waiting;
    socket.partner = partner;
    if (partner) partner.partner = socket;
    waiting = partner ? null : socket;
  },
  message: (socket, data, binary) => {
    socket.partner?.send(data, binary);
  },
  close: (socket) => {
    if (waiting === socket) waiting = null;
    if (socket.partner) socket.partner.partner = null;
  },
});
app.listen('127.0.0.1', 0, (listening) => {
  console.log(`${uws.us_socket_local_port(listening)} uWebSockets ${version}`);
});
