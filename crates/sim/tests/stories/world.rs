//! People, a server, and the network between them; who acts first at one moment the seed says.

use crate::model::{At, Model, Rule};
use crate::person::Person;
use crate::server::{ADDRESSES, Server};
use crate::site::Site;
use floater_core::{Command, Misuse};
use floater_proto::body::Policy;
use floater_sim::{Network, Told};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::net::IpAddr;

pub(crate) const PEOPLE_MAX: usize = 5;
const NAMES: [&str; PEOPLE_MAX] = ["甲", "乙", "丙", "丁", "戊"];
/// I7: what an engine gives its driver before anything is acknowledged: the window of a direct
/// path, and a window of the relay that goes there again.
const QUEUED_MAX: usize = 9 * 1024 * 1024;

/// A world before anything happens.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    /// Where each is, and whether they hide.
    pub(crate) people: Vec<(Site, Policy)>,
    /// The second is in the network of the first.
    pub(crate) are_near: bool,
    /// Packets lost, in a hundred.
    pub(crate) loss: u32,
    /// Packets take up to so much longer.
    pub(crate) jitter: u64,
}

impl Setup {
    pub(crate) fn of(sites: &[Site], seed: u64) -> Self {
        Self {
            seed,
            people: sites.iter().map(|it| (*it, Policy::Direct)).collect(),
            are_near: false,
            loss: 0,
            jitter: 0,
        }
    }
}

enum Later {
    Mend(IpAddr, IpAddr),
    StartServer,
    Awake(usize),
}

pub(crate) struct World {
    pub(crate) net: Network,
    pub(crate) server: Server,
    pub(crate) people: Vec<Person>,
    pub(crate) model: Model,
    dice: ChaCha8Rng,
    later: BTreeMap<(u64, u64), Later>,
    ordered: u64,
    judged: Vec<usize>,
    seed: u64,
    sites: Vec<Site>,
    /// Networks and programs that were built since it began.
    moved: usize,
}

impl World {
    pub(crate) fn new(setup: &Setup, rule: Rule) -> Self {
        let mut net = Network::new(setup.seed);
        let names = NAMES.iter().take(setup.people.len());
        let names = names.map(|it| (*it).to_owned()).collect();
        let server = Server::new(&mut net, names, setup.seed);
        let mut world = Self {
            net,
            server,
            people: Vec::new(),
            model: Model::new(rule),
            dice: ChaCha8Rng::seed_from_u64(!setup.seed),
            later: BTreeMap::new(),
            ordered: 0,
            judged: vec![0; setup.people.len()],
            seed: setup.seed,
            sites: setup.people.iter().map(|it| it.0).collect(),
            moved: 0,
        };
        for (at, (site, policy)) in setup.people.iter().enumerate() {
            let host = world.settle_down(*site, at, setup.are_near);
            let addresses = world.net.addresses(host);
            world.model.add(NAMES[at], *policy, addresses);
            world
                .people
                .push(Person::new(host, at, setup.seed, *policy));
            world.people[at].start(&mut world.net);
        }
        world.run(2_000);
        (world.net.loss, world.net.jitter) = (setup.loss, setup.jitter);
        world
    }

    fn settle_down(&mut self, site: Site, at: usize, are_near: bool) -> usize {
        let delay = site.delay / 4;
        if let (1, true, Some(first)) = (at, are_near, self.people.first()) {
            let net = self.net.hosts[first.host].net;
            return self.net.host(net, &["192.168.1.8"], delay);
        }
        let (net, address) = site.build(&mut self.net, at, 0);
        self.net.host(net, &[&address], delay)
    }

    /// Lets so much time pass, unless something goes wrong.
    pub(crate) fn run(&mut self, span: u64) {
        let end = self.net.now + span;
        while self.model.wrong.is_none() && self.next_at().is_some_and(|at| at <= end) {
            self.step();
        }
        self.net.now = self.net.now.max(end);
    }

    /// Lets time pass until it is so, for as long as it may take.
    pub(crate) fn until(&mut self, span: u64, so: impl Fn(&Self) -> bool) -> bool {
        let end = self.net.now + span;
        while !so(self) {
            let is_late = self.next_at().is_none_or(|at| at > end);
            if is_late || self.model.wrong.is_some() {
                return false;
            }
            self.step();
        }
        true
    }

    fn next_at(&self) -> Option<u64> {
        let wakes = self.people.iter().filter_map(Person::wake_at);
        let later = self.later.keys().next().map(|(at, _)| *at);
        let rest = [later, self.server.wake_at(), self.net.next_at()];
        wakes.chain(rest.into_iter().flatten()).min()
    }

    fn step(&mut self) {
        let Some(at) = self.next_at() else {
            return;
        };
        self.net.now = self.net.now.max(at);
        let now = self.net.now;
        let is_due = |it: Option<u64>| it.is_some_and(|at| at <= now);
        let mut ready: Vec<usize> = (0..self.people.len())
            .filter(|it| is_due(self.people[*it].wake_at()))
            .collect();
        let (server, net, later) = (self.people.len(), self.people.len() + 1, usize::MAX);
        ready.extend(is_due(self.server.wake_at()).then_some(server));
        ready.extend(is_due(self.net.next_at()).then_some(net));
        ready.extend(is_due(self.later.keys().next().map(|it| it.0)).then_some(later));
        let turn = self.dice.next_u64() as usize % ready.len();
        match ready[turn] {
            it if it == later => self.come(),
            it if it == net => self.net.step(),
            it if it == server => self.server.wake(&mut self.net),
            it => self.people[it].wake(&mut self.net),
        }
        self.settle();
    }

    /// What the network tells, and what is shown for it.
    pub(crate) fn settle(&mut self) {
        while let Some((host, told)) = self.net.told.pop_front() {
            self.tell(host, told);
        }
        for at in 0..self.people.len() {
            self.judge(at);
        }
        for account in std::mem::take(&mut self.server.facts.reported) {
            self.model.reported(account as usize);
        }
        if let Some(wrong) = self.server.facts.wrong.take() {
            self.model.wrong.get_or_insert(wrong);
        }
        if let Some((at, id)) = self.model.complete.pop() {
            if self.at(at) == At::Talk {
                self.want(at, Command::OpenPicture { id });
            }
            self.settle();
        }
    }

    fn tell(&mut self, host: usize, told: Told) {
        if host == self.server.host {
            return self.server.hear(&mut self.net, told);
        }
        let cut = self.dice.next_u32() as usize;
        let person = self.people.iter_mut().find(|it| it.host == host);
        person.expect("somebody's").hear(&mut self.net, told, cut);
    }

    fn judge(&mut self, at: usize) {
        let person = &mut self.people[at];
        for event in std::mem::take(&mut person.shown) {
            self.model.saw(at, &event);
        }
        let dialled = &self.net.hosts[person.host].dialled;
        for to in &dialled[self.judged[at]..] {
            self.model.dialled(at, *to);
        }
        self.judged[at] = dialled.len();
        if person.queued(&self.net) > QUEUED_MAX {
            self.model.is_wrong(at, "more waits than any window holds");
        }
    }

    fn later(&mut self, span: u64, what: Later) {
        self.ordered += 1;
        self.later.insert((self.net.now + span, self.ordered), what);
    }

    fn come(&mut self) {
        let Some((_, what)) = self.later.pop_first() else {
            return;
        };
        match what {
            Later::Mend(one, other) => self.net.sever(one, other, false),
            Later::StartServer => self.server.start(&mut self.net),
            Later::Awake(at) => {
                let person = &self.people[at];
                self.net.hosts[person.host].is_dark = self.net.now < person.asleep_until;
            }
        }
    }

    /// What somebody wants who knows where they stand; what does not fit is no wish.
    pub(crate) fn want(&mut self, at: usize, command: Command) -> bool {
        let result = self.people[at].command(&mut self.net, command.clone());
        let is_said = matches!(command, Command::Say { .. });
        match result {
            Ok(()) => {}
            // The window is full.
            Err(Misuse::Line) if is_said => {}
            Err(misuse) => self.model.is_wrong(at, &format!("{command:?}: {misuse}")),
        }
        result.is_ok()
    }

    pub(crate) fn at(&self, at: usize) -> At {
        self.model.people[at].at
    }

    pub(crate) fn seek(&mut self, at: usize) {
        if self.at(at) == At::Main {
            self.want(at, Command::Seek);
            self.settle();
        }
    }

    pub(crate) fn stop_seeking(&mut self, at: usize) {
        if self.at(at) == At::Waiting {
            self.want(at, Command::StopSeeking);
            self.settle();
        }
    }

    pub(crate) fn greet(&mut self, at: usize) {
        if self.at(at) == At::Greeting && !self.has_greeted(at) {
            self.model.greets(at);
            self.want(at, Command::Greet);
            self.settle();
        }
    }

    fn has_greeted(&self, at: usize) -> bool {
        let talk = self.model.people[at].talks.last();
        talk.is_some_and(|it| it.greeted)
    }

    pub(crate) fn say(&mut self, at: usize) {
        if self.at(at) == At::Talk {
            let text = self.model.next(at).text();
            let quote = None;
            if self.want(at, Command::Say { text, quote }) {
                self.model.says(at);
            }
            self.settle();
        }
    }

    pub(crate) fn show(&mut self, at: usize) {
        if self.at(at) == At::Talk {
            let (picture, bytes) = self.model.next(at).picture();
            match self.people[at].offer(&mut self.net, picture, bytes) {
                Ok(()) => self.model.shows(at),
                // The window is full.
                Err(Misuse::Picture) => {}
                Err(misuse) => self.model.is_wrong(at, &misuse.to_string()),
            }
            self.settle();
        }
    }

    /// Without a look at what comes of it.
    pub(crate) fn leave_only(&mut self, at: usize) {
        if matches!(self.at(at), At::Greeting | At::Talk) {
            self.model.leaves(at);
            self.want(at, Command::Leave);
        }
    }

    pub(crate) fn leave(&mut self, at: usize) {
        self.leave_only(at);
        self.settle();
    }

    pub(crate) fn hide(&mut self, at: usize, policy: Policy) {
        if self.at(at) != At::Outside {
            self.model.hides(at, policy);
            self.want(at, Command::SetPolicy { policy });
            self.settle();
        }
    }

    pub(crate) fn cut(&mut self, at: usize) {
        self.people[at].cut(&mut self.net);
        self.settle();
    }

    pub(crate) fn cut_direct(&mut self, at: usize) {
        self.people[at].cut_direct(&mut self.net);
        self.settle();
    }

    /// Nothing passes between somebody and the server for a while.
    pub(crate) fn part(&mut self, at: usize, span: u64) {
        let outside = self.outside(at);
        for server in ADDRESSES {
            self.part_two(outside, server.parse().expect("an address"), span);
        }
    }

    /// Nothing passes between two directly for a while.
    pub(crate) fn darken(&mut self, one: usize, other: usize, span: u64) {
        self.part_two(self.outside(one), self.outside(other), span);
    }

    fn part_two(&mut self, one: IpAddr, other: IpAddr, span: u64) {
        self.net.sever(one, other, true);
        self.later(span, Later::Mend(one, other));
    }

    fn outside(&self, at: usize) -> IpAddr {
        let addresses = self.net.addresses(self.people[at].host);
        *addresses.last().expect("an address")
    }

    pub(crate) fn restart_nats(&mut self, at: usize) {
        self.net.restart_nats(self.people[at].host);
    }

    /// Somebody is in another network from now on, of the same kind.
    pub(crate) fn roam(&mut self, at: usize) {
        self.moved += 1;
        let host = self.people[at].host;
        let (net, address) = self.sites[at].build(&mut self.net, at, self.moved);
        self.net.move_host(host, net, &[&address]);
        self.model.moves(at, self.net.addresses(host));
        self.network(at);
    }

    /// Somebody's program is killed and started again.
    pub(crate) fn restart(&mut self, at: usize) {
        self.model.quits(at);
        self.net.kill(self.people[at].host);
        self.moved += 1;
        let (seed, policy) = (self.seed + self.moved as u64, self.model.people[at].policy);
        let ahead = self.people[at].ahead;
        self.people[at] = Person::new(self.people[at].host, at, seed, policy);
        self.people[at].ahead = ahead;
        self.people[at].start(&mut self.net);
        self.settle();
    }

    /// The server is stopped kindly, and started again.
    pub(crate) fn stop_server(&mut self, span: u64) {
        self.server.stop(&mut self.net);
        self.later(span, Later::StartServer);
        self.settle();
    }

    pub(crate) fn kill_server(&mut self, span: u64) {
        self.server.kill(&mut self.net);
        self.later(span, Later::StartServer);
        self.settle();
    }

    /// The clock of somebody's system jumps ahead.
    pub(crate) fn jump(&mut self, at: usize, span: u64) {
        self.people[at].jump(span);
    }

    /// Somebody's system sleeps.
    pub(crate) fn sleep(&mut self, at: usize, span: u64) {
        let person = &mut self.people[at];
        person.asleep_until = person.asleep_until.max(self.net.now + span);
        self.net.hosts[person.host].is_dark = true;
        let left = person.asleep_until - self.net.now;
        self.later(left, Later::Awake(at));
    }

    pub(crate) fn network(&mut self, at: usize) {
        self.people[at].network(&mut self.net);
        self.settle();
    }
}
