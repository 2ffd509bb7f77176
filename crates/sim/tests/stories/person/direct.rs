//! What a driver does that finds direct paths.

use super::*;

impl Person {
    pub(super) fn obey_direct(&mut self, net: &mut Network, output: DirectOutput) {
        match output {
            DirectOutput::Prepare(reflectors) => self.prepare(net, reflectors),
            DirectOutput::Rest => self.rest(net),
            DirectOutput::Offer(offer) => self.offered(net, &offer),
            DirectOutput::Send(id, bytes) => {
                let via = Via::Direct(id);
                let puncher = self.puncher.as_mut();
                match (self.proven.get(&id), puncher) {
                    // On one that is closed there is nothing to say.
                    (Some(conn), Some((puncher, _))) => drop(puncher.say(net, *conn, bytes.into())),
                    _ => self.send(net, via, &bytes),
                }
            }
            DirectOutput::Elected(id) => self.elected(net, id),
            DirectOutput::Close(id) => {
                if let (Some(conn), Some((puncher, _))) =
                    (self.proven.remove(&id), &mut self.puncher)
                {
                    puncher.let_go(net, conn);
                }
                self.close(net, Via::Direct(id));
            }
        }
    }

    fn prepare(&mut self, net: &mut Network, reflectors: Reflectors) {
        if self.puncher.as_ref().is_none_or(|it| it.1 != reflectors) {
            self.rest(net);
            let door: SocketAddr = DOOR.parse().expect("an address");
            let ports = reflectors.ports.iter();
            let known = ports.map(|port| SocketAddr::new(door.ip(), *port));
            let all = known.chain(reflectors.more.iter().copied()).collect();
            let key = ReflectKey(reflectors.key.expose().0);
            let config = punch::Config::new(all, reflectors.id.0, key);
            self.punchers += 1;
            let seed = bytes(self.seed ^ self.punchers << 32, self.at as u64);
            let mut puncher = Puncher::new(self.host, config, seed);
            puncher.ahead = self.ahead;
            self.puncher = Some((puncher, reflectors));
        }
        if let Some((puncher, _)) = &mut self.puncher {
            puncher.prepare(net);
        }
    }

    fn rest(&mut self, net: &mut Network) {
        self.take_punched();
        if let Some((mut puncher, _)) = self.puncher.take() {
            puncher.stop(net);
        }
        self.due.retain(|due| !matches!(due, Due::Report(_)));
        let closed = std::mem::take(&mut self.proven).into_keys();
        self.due.extend(closed.map(Due::Closed));
    }

    fn offered(&mut self, net: &mut Network, offer: &Offer) {
        let Some((puncher, _)) = &mut self.puncher else {
            return;
        };
        // Of ports that were let go meanwhile a fresh report leads to another offer; else the
        // attempt that is under way goes on without this one.
        if puncher.offer(net, report::offer(offer)) == Err(punch::Misuse::NotPrepared) {
            puncher.prepare(net);
        }
    }

    fn elected(&mut self, net: &mut Network, id: DirectId) {
        let conn = self.proven.remove(&id);
        let socket = match (conn, &mut self.puncher) {
            (Some(conn), Some((puncher, _))) => puncher.elected(net, conn).ok(),
            _ => None,
        };
        self.take_punched();
        match socket {
            Some(socket) => {
                self.vias.insert(socket, Via::Direct(id));
                self.due.push_back(Due::Room(id));
            }
            None => self.due.push_back(Due::Closed(id)),
        }
    }

    /// What the hole puncher has told.
    pub(super) fn take_punched(&mut self) {
        let Some((puncher, _)) = &mut self.puncher else {
            return;
        };
        for event in std::mem::take(&mut puncher.events) {
            let id = |of: ConnId| {
                let mut proven = self.proven.iter();
                proven.find(|it| *it.1 == of).map(|it| *it.0)
            };
            let due = match event {
                punch::Event::Report(told) => Some(Due::Report(report::told(&told))),
                punch::Event::Proven { conn, binding } => {
                    let id = DirectId(self.drawn);
                    self.drawn += 1;
                    self.proven.insert(id, conn);
                    Some(Due::Proven(id, binding))
                }
                punch::Event::Bytes(conn, bytes) => id(conn).map(|id| Due::Bytes(id, bytes)),
                punch::Event::Elect(conn) => id(conn).map(Due::Elect),
                punch::Event::Lost(conn) => id(conn).map(|id| {
                    self.proven.remove(&id);
                    Due::Closed(id)
                }),
                // The engine seeks again by itself.
                _ => None,
            };
            self.due.extend(due);
        }
    }
}
