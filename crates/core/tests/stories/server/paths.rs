//! Help with direct paths: who has prepared is offered to each other, each report once.

use super::*;

/// A direct path that was reported alive holds the partner's seat for so long.
const ALIVE: u64 = 30_000;

#[derive(Default)]
pub(super) struct Paths {
    reports: [Option<PathReport>; 2],
    offers: u32,
    /// The link on which each was offered something last, and the number of that.
    offered: [Option<(u32, u32)>; 2],
}

impl Server {
    pub(super) fn reflectors(&self) -> Option<Reflectors> {
        self.helps.then(|| Reflectors {
            ports: vec![7001, 7002],
            more: Vec::new(),
            id: Binary([8; 16]),
            key: Secret::new(Binary([9; 32])),
        })
    }

    pub(super) fn path(&mut self, link: u32, account: usize, body: &[u8]) -> Reply {
        let prepared: PreparedPath = from_json(body)?;
        let id = prepared.r#match;
        let seated = self.match_of(account).filter(|(of, _)| *of == id);
        let (_, at) = seated.ok_or(Problem::new(Fault::NoMatch, "no such match"))?;
        if let Some(problem) = self.path_problem.clone() {
            return Err(problem);
        }
        let port = prepared.report.ports[0].observed.port();
        self.told_paths.push((account, prepared.after, port));
        let paths = self.paths.entry(id).or_default();
        if paths.offered[at].is_some_and(|(on, number)| on == link && number > prepared.after) {
            return ok();
        }
        paths.offers = paths.offers.max(prepared.after);
        paths.reports[at] = Some(prepared.report);
        self.introduce(id, at);
        ok()
    }

    /// An offer to everybody in session, whatever they have prepared.
    pub(crate) fn offer_to_all(&mut self, id: Id, number: u32) {
        let peer = PathReport {
            ports: Vec::new(),
            mapping: Mapping::default(),
            pattern: PortPattern::default(),
            filtering: Filtering::default(),
            rtt: 0,
        };
        let offer = PathOffer {
            r#match: id,
            number,
            delay: 0,
            peer,
        };
        let links: Vec<u32> = self.links.keys().copied().collect();
        for link in links {
            self.push(link, Resource::PathOffer, &to_json(&offer), true);
        }
    }

    /// The match that runs.
    pub(crate) fn only_match(&self) -> Option<Id> {
        self.matches.keys().next().copied()
    }

    fn introduce(&mut self, id: Id, by: usize) {
        let the_match = &self.matches[&id];
        let link = |at: usize| the_match.sides[at].as_ref().and_then(|side| side.link);
        let (Some(a), Some(b)) = (link(0), link(1)) else {
            return;
        };
        let paths = self.paths.get_mut(&id).unwrap();
        let [Some(of_a), Some(of_b)] = paths.reports.clone() else {
            let wanted = Notice::Path { r#match: id };
            let partner = [a, b][1 - by];
            return self.push(partner, Resource::Notice, &to_json(&wanted), false);
        };
        paths.reports = [None, None];
        paths.offers += 1;
        let number = paths.offers;
        paths.offered = [Some((a, number)), Some((b, number))];
        for (link, peer) in [(a, of_b), (b, of_a)] {
            let offer = PathOffer {
                r#match: id,
                number,
                delay: 5,
                peer,
            };
            self.push(link, Resource::PathOffer, &to_json(&offer), true);
        }
    }

    /// Somebody says that a direct path of its match is alive.
    pub(super) fn hears_of_direct(&mut self, now: u64, account: usize, body: &[u8]) {
        let alive = from_json::<AskStatus>(body).is_ok_and(|ask| ask.direct);
        if let Some((id, at)) = self.match_of(account).filter(|_| alive) {
            self.direct.insert((id, at), now);
        }
    }

    pub(super) fn is_held_on(&self, now: u64, id: Id, at: usize) -> bool {
        let said = self.direct.get(&(id, 1 - at));
        said.is_some_and(|said| now < said + ALIVE)
    }
}
