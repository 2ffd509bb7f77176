//! What drivers and wires do: delays, cuts, black holes, a server that dies.

use super::*;

impl World {
    pub(super) fn act(&mut self, at: usize, outputs: Vec<Output>) {
        let mut written: BTreeMap<LinkId, usize> = BTreeMap::new();
        for output in outputs {
            match output {
                Output::Dial(link) => self.dial(at, link),
                Output::Send(link, bytes) => {
                    *written.entry(link).or_default() += bytes.len();
                    self.carry(at, link, bytes.into());
                }
                Output::Close(link, closing) => self.close(at, link, closing),
                Output::Cookie(code) => {
                    let cookie = code.and_then(|code| self.server.codes.remove(code.expose()));
                    // A connection of its own, slower than the link.
                    self.later(10 * DELAY, Packet::Cookie(at, cookie));
                }
                Output::Token(_) => {}
                Output::Direct(output) => self.act_direct(at, output),
                Output::Wake(moment) => self.people[at].wake = Some(moment),
                Output::Event(event) => {
                    let now = self.now;
                    self.people[at].events.push((now, event));
                }
            }
        }
        // The wire takes everything at once: the buffer is empty again.
        for (link, _) in written {
            if self.people[at].links.contains_key(&link) {
                self.handle(at, Input::Room(link, BUFFER));
            }
        }
    }

    pub(super) fn later(&mut self, delay: u64, packet: Packet) {
        self.queue.push_back((self.now + delay, packet));
    }

    pub(super) fn dial(&mut self, at: usize, link: LinkId) {
        if self.people[at].offline || !self.server_up {
            return self.later(DELAY, Packet::Refuse(at, link));
        }
        if self.people[at].unanswered {
            return;
        }
        let server = self.next_link;
        self.next_link += 1;
        self.later(2 * DELAY, Packet::Open(at, link, server));
    }

    pub(super) fn carry(&mut self, at: usize, link: LinkId, bytes: Vec<u8>) {
        if let Some(wire) = self.people[at].links.get(&link).filter(|wire| !wire.hole) {
            let server = wire.server;
            self.later(DELAY, Packet::ToServer(server, bytes));
        }
    }

    pub(super) fn close(&mut self, at: usize, link: LinkId, closing: Closing) {
        if let Some(wire) = self.people[at].links.remove(&link) {
            let goodbye = closing == Closing::Goodbye;
            self.later(DELAY, Packet::CloseAtServer(wire.server, goodbye));
        }
    }

    /// Cuts every wire of somebody; both ends notice.
    pub(crate) fn cut(&mut self, at: usize) {
        while !self.people[at].links.is_empty() {
            self.cut_newest(at);
        }
    }

    /// Cuts the newest wire of somebody.
    pub(crate) fn cut_newest(&mut self, at: usize) {
        if let Some((link, wire)) = self.people[at].links.pop_last() {
            self.server.gone(self.now, wire.server, false);
            self.lose(wire.server);
            self.flush_server();
            self.handle(at, Input::Closed(link));
        }
    }

    /// Somebody closes the page.
    pub(crate) fn goodbye(&mut self, at: usize) {
        let links: Vec<_> = self.people[at].links.keys().copied().collect();
        for link in links {
            let wire = self.people[at].links.remove(&link).unwrap();
            self.later(DELAY, Packet::CloseAtServer(wire.server, true));
        }
        self.people[at].offline = true;
    }

    /// From now on nothing passes on the wires of somebody, and nobody notices.
    pub(crate) fn black_hole(&mut self, at: usize) {
        self.people[at]
            .links
            .values_mut()
            .for_each(|wire| wire.hole = true);
    }

    /// Everything passes again.
    pub(crate) fn heal(&mut self, at: usize) {
        self.people[at]
            .links
            .values_mut()
            .for_each(|wire| wire.hole = false);
    }

    /// What is in the air on a wire is lost.
    pub(super) fn lose(&mut self, server: u32) {
        self.queue.retain(|(_, packet)| match packet {
            Packet::ToServer(of, _) | Packet::ToClient(of, _) => *of != server,
            _ => true,
        });
    }

    pub(crate) fn kill_server(&mut self) {
        self.server_up = false;
        self.server.restart();
        let wires: Vec<(usize, LinkId)> = (0..self.people.len())
            .flat_map(|at| self.people[at].links.keys().map(move |link| (at, *link)))
            .collect();
        for (at, link) in wires {
            if let Some(wire) = self.people[at].links.remove(&link) {
                self.lose(wire.server);
                self.handle(at, Input::Closed(link));
            }
        }
    }

    pub(crate) fn start_server(&mut self) {
        self.server_up = true;
    }

    pub(super) fn flush_server(&mut self) {
        while let Some((link, bytes)) = self.server.sent.pop_front() {
            self.later(DELAY, Packet::ToClient(link, bytes));
        }
        for link in std::mem::take(&mut self.server.closed) {
            self.later(DELAY, Packet::CloseAtClient(link));
        }
    }

    pub(super) fn wire_of(&self, server: u32) -> Option<(usize, LinkId, bool)> {
        self.people.iter().enumerate().find_map(|(at, person)| {
            let found = person.links.iter().find(|(_, wire)| wire.server == server);
            found.map(|(link, wire)| (at, *link, wire.hole))
        })
    }

    pub(super) fn deliver(&mut self, packet: Packet) {
        match packet {
            Packet::Open(at, link, server) => {
                if !self.server_up || self.people[at].offline {
                    return self.handle(at, Input::Refused(link));
                }
                self.server.opened(server, self.people[at].cookie.clone());
                self.people[at].links.insert(
                    link,
                    Wire {
                        server,
                        hole: false,
                    },
                );
                self.handle(at, Input::Opened(link));
                self.handle(at, Input::Room(link, BUFFER));
            }
            Packet::ToServer(link, bytes) => {
                // Borders mean nothing: cut it anywhere.
                let (first, second) = bytes.split_at(bytes.len() / 3);
                self.server.bytes(self.now, link, first);
                self.server.bytes(self.now, link, second);
            }
            Packet::ToClient(link, bytes) => {
                if let Some((at, link, false)) = self.wire_of(link) {
                    let (first, second) = bytes.split_at(bytes.len() / 2);
                    self.handle(at, Input::Bytes(link, first));
                    self.handle(at, Input::Bytes(link, second));
                }
            }
            Packet::CloseAtServer(link, goodbye) => self.server.gone(self.now, link, goodbye),
            Packet::CloseAtClient(link) => {
                if let Some((at, link, false)) = self.wire_of(link) {
                    self.people[at].links.remove(&link);
                    self.handle(at, Input::Closed(link));
                }
            }
            Packet::Direct(passed) => self.deliver_direct(passed),
            Packet::Refuse(at, link) => self.handle(at, Input::Refused(link)),
            Packet::Cookie(at, cookie) => {
                let set = !self.cookie_lost;
                if set {
                    self.people[at].cookie = cookie;
                }
                self.handle(at, Input::CookieSet(set));
            }
        }
        self.flush_server();
    }

    /// One millisecond, or as many as nothing happens in.
    pub(super) fn step(&mut self) {
        let wakes = self.people.iter().filter_map(|person| person.wake);
        let packets = self.queue.iter().map(|(at, _)| *at);
        let round = (self.now / 50 + 1) * 50;
        let next = wakes.chain(packets).min().unwrap_or(round).min(round);
        self.now = next.max(self.now);
        self.server.tick(self.now);
        self.flush_server();
        let due = |(at, _): &(u64, Packet)| *at <= self.now;
        let mut arrived = Vec::new();
        while let Some(at) = self.queue.iter().position(due) {
            arrived.extend(self.queue.remove(at));
        }
        arrived
            .into_iter()
            .for_each(|(_, packet)| self.deliver(packet));
        for at in 0..self.people.len() {
            if self.people[at].wake.is_some_and(|wake| wake <= self.now) {
                self.people[at].wake = None;
                self.handle(at, Input::Wake);
            }
        }
    }
}
