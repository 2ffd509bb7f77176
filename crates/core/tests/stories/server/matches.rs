//! Seeking, matches, and the relay.

use super::*;

impl Server {
    pub(super) fn seek(&mut self, link: u32, account: usize) -> Reply {
        if let Some((id, at)) = self.match_of(account) {
            let here = self.matches[&id].sides[at].as_ref().unwrap().link == Some(link);
            let fault = if here {
                Fault::Seated
            } else {
                Fault::Elsewhere
            };
            return Err(Problem::new(fault, "in a match"));
        }
        if self
            .waiting
            .get(&account)
            .is_some_and(|waits| *waits != link)
        {
            return Err(Problem::new(Fault::Elsewhere, "waits elsewhere"));
        }
        self.waiting.insert(account, link);
        Ok((Status::ACCEPTED, Vec::new()))
    }

    pub(super) fn accept(&mut self, link: u32, body: &[u8]) -> Reply {
        let accept: Accept = from_json(body)?;
        let over = Problem::new(Fault::MatchOver, "too late");
        let the_match = self.matches.get_mut(&accept.r#match).ok_or(over)?;
        let mut sides = the_match.sides.iter_mut().flatten();
        let side = sides
            .find(|side| side.link == Some(link))
            .expect("only who was asked accepts");
        side.keys = Some(accept.keys);
        let both = the_match
            .sides
            .iter()
            .flatten()
            .all(|side| side.keys.is_some());
        if both && !the_match.begun {
            the_match.begun = true;
            self.begin(accept.r#match);
        }
        ok()
    }

    pub(super) fn begin(&mut self, id: Id) {
        let sides: Vec<_> = self.matches[&id]
            .sides
            .iter()
            .flatten()
            .map(|side| (side.account, side.link.unwrap(), side.keys.clone().unwrap()))
            .collect();
        self.met.push((sides[0].0, sides[1].0));
        for (at, role) in [(0, Role::A), (1, Role::B)] {
            let (account, link, _) = sides[at];
            let (other, _, keys) = sides[1 - at].clone();
            let username = self.accounts[other].username.clone().try_into().unwrap();
            let ticket = self.seal(id, role, account);
            self.keys
                .insert((id, char::from(role.other().byte())), keys.ed25519);
            let peer = Peer { username, keys };
            let matched = Matched {
                r#match: id,
                peer,
                ticket,
                met_before: false,
            };
            self.push(link, Resource::Match, &to_json(&matched), true);
        }
    }

    pub(super) fn match_end(&mut self, _now: u64, account: usize, body: &[u8]) -> Reply {
        let end: EndMatch = from_json(body)?;
        let none = Problem::new(Fault::NoMatch, "no such match");
        let Some(id) = end.r#match else {
            let (id, at) = self.match_of(account).ok_or(none)?;
            self.end(
                id,
                end.reason,
                Some(if at == 0 { Role::A } else { Role::B }),
            );
            return ok();
        };
        if self.tombs.contains_key(&id) {
            return ok();
        }
        let (known, at) = self.match_of(account).ok_or(none.clone())?;
        if known != id {
            return Err(none);
        }
        self.end(
            id,
            end.reason,
            Some(if at == 0 { Role::A } else { Role::B }),
        );
        ok()
    }

    pub(super) fn end(&mut self, id: Id, reason: Reason, by: Option<Role>) {
        let Some(the_match) = self.matches.remove(&id) else {
            return;
        };
        let over = Over { reason, by };
        self.tombs.insert(id, over);
        for link in the_match
            .sides
            .iter()
            .flatten()
            .filter_map(|side| side.link)
        {
            let ended = MatchEnded { r#match: id, over };
            self.push(link, Resource::MatchEnd, &to_json(&ended), true);
        }
    }

    pub(super) fn relay(&mut self, link: u32, body: &[u8]) {
        let mine = |m: &&Match| m.sides.iter().flatten().any(|side| side.link == Some(link));
        let Some(the_match) = self.matches.values().find(mine) else {
            return;
        };
        let others = the_match
            .sides
            .iter()
            .flatten()
            .filter_map(|side| side.link);
        for other in others.filter(|other| *other != link).collect::<Vec<_>>() {
            self.push(other, Resource::Relay, body, false);
        }
    }
}
