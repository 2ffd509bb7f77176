//! The reference: what people did, and what each of them may therefore be shown.

use crate::server::ADDRESSES;
use floater_core::{Ending, Event, Message, PictureState, Stage, Tick};
use floater_proto::Id;
use floater_proto::body::Policy;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

mod said;

use said::Said;

/// What the reference takes for right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// What the promises say.
    Promised,
    /// On purpose wrong: nobody hears a third line in one conversation.
    TwoLines,
}

/// Where somebody stands, as they were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Outside,
    Main,
    Waiting,
    Greeting,
    Talk,
}

/// A conversation as one of the two has it.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) with: usize,
    /// Neither may be seen.
    is_hidden: bool,
    pub(crate) greeted: bool,
    left: bool,
    pub(crate) said: u64,
    pub(crate) heard: u64,
    /// The other one's conversation, once a line told.
    theirs: Option<usize>,
    /// The highest number that is shown as delivered.
    delivered: u64,
    pub(crate) ending: Option<Ending>,
    /// Pictures of one's own.
    pub(crate) offered: usize,
    /// Pictures of the other one that are to be opened.
    pictures: BTreeMap<Id, Said>,
    opened: usize,
}

#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) at: At,
    pub(crate) policy: Policy,
    pub(crate) is_direct: bool,
    pub(crate) talks: Vec<Talk>,
    addresses: Vec<IpAddr>,
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) people: Vec<Shown>,
    rule: Rule,
    /// Pictures that are there, and nobody has opened yet.
    pub(crate) complete: Vec<(usize, Id)>,
    /// The first thing that may not be.
    pub(crate) wrong: Option<String>,
}

impl Model {
    pub(crate) fn new(rule: Rule) -> Self {
        Self {
            people: Vec::new(),
            rule,
            complete: Vec::new(),
            wrong: None,
        }
    }

    pub(crate) fn add(&mut self, name: &str, policy: Policy, addresses: Vec<IpAddr>) {
        self.people.push(Shown {
            name: name.to_owned(),
            at: At::Outside,
            policy,
            is_direct: false,
            talks: Vec::new(),
            addresses,
        });
    }

    pub(crate) fn is_wrong(&mut self, at: usize, told: &str) {
        let told = format!("{}: {told}", self.people[at].name);
        self.wrong.get_or_insert(told);
    }

    pub(crate) fn talk(&mut self, at: usize) -> Option<&mut Talk> {
        let shown = &mut self.people[at];
        let is_in = matches!(shown.at, At::Greeting | At::Talk);
        shown.talks.last_mut().filter(|_| is_in)
    }

    /// What comes next from somebody.
    pub(crate) fn next(&self, who: usize) -> Said {
        let talks = &self.people[who].talks;
        Said {
            who,
            talk: talks.len().saturating_sub(1),
            number: talks.last().map_or(0, |it| it.said),
        }
    }

    pub(crate) fn says(&mut self, who: usize) {
        if let Some(talk) = self.talk(who) {
            talk.said += 1;
        }
    }

    pub(crate) fn shows(&mut self, who: usize) {
        self.says(who);
        if let Some(talk) = self.talk(who) {
            talk.offered += 1;
        }
    }

    pub(crate) fn greets(&mut self, who: usize) {
        if let Some(talk) = self.talk(who) {
            talk.greeted = true;
        }
    }

    pub(crate) fn leaves(&mut self, who: usize) {
        if let Some(talk) = self.talk(who) {
            talk.left = true;
        }
    }

    pub(crate) fn hides(&mut self, who: usize, policy: Policy) {
        self.people[who].policy = policy;
    }

    /// Somebody's program is gone, and with it the conversation.
    pub(crate) fn quits(&mut self, who: usize) {
        self.leaves(who);
        self.people[who].at = At::Outside;
        self.complete.retain(|it| it.0 != who);
    }

    /// Somebody is elsewhere, too: what was told of before may still be dialled.
    pub(crate) fn moves(&mut self, who: usize, addresses: Vec<IpAddr>) {
        self.people[who].addresses.extend(addresses);
    }

    /// Somebody's screen changed.
    pub(crate) fn saw(&mut self, at: usize, event: &Event) {
        match event {
            Event::Stage { stage } => self.stage(at, stage),
            Event::Line { line } => {
                if self.people[at].at != At::Talk {
                    self.is_wrong(at, "a line before both have greeted");
                }
                if !line.own {
                    self.line(at, &line.message);
                }
            }
            Event::Picture { id, state } => self.picture(at, *id, *state),
            Event::PictureOpened { id, bytes } => self.opened(at, *id, bytes),
            Event::Tick { number, tick } if *tick >= Tick::Delivered => {
                self.delivered(at, *number);
            }
            Event::Path { path } => self.people[at].is_direct = path.direct,
            Event::SessionEnded { .. } => self.is_wrong(at, "the session ended"),
            _ => {}
        }
    }

    fn stage(&mut self, at: usize, stage: &Stage) {
        let (now, ending) = match stage {
            Stage::Starting | Stage::Door => (At::Outside, None),
            Stage::Main { ending, .. } => (At::Main, *ending),
            Stage::Waiting { after, .. } => (At::Waiting, *after),
            Stage::Greeting { peer, .. } => {
                self.begins(at, peer);
                (At::Greeting, None)
            }
            Stage::Talk { peer, .. } => {
                self.talks(at, peer);
                (At::Talk, None)
            }
            Stage::Elsewhere { .. } => return self.is_wrong(at, "said to talk elsewhere"),
        };
        let before = self.people[at].at;
        self.people[at].at = now;
        if matches!(before, At::Greeting | At::Talk) && matches!(now, At::Main | At::Waiting) {
            self.ended(at, ending);
        }
    }

    fn begins(&mut self, at: usize, peer: &str) {
        let Some(with) = self.people.iter().position(|it| it.name == peer) else {
            return self.is_wrong(at, "matched to nobody");
        };
        if with == at {
            return self.is_wrong(at, "matched to oneself");
        }
        let is_hidden = [at, with]
            .map(|it| self.people[it].policy)
            .contains(&Policy::Hidden);
        let shown = &mut self.people[at];
        shown.is_direct = false;
        shown.talks.push(Talk {
            with,
            is_hidden,
            greeted: false,
            left: false,
            said: 0,
            heard: 0,
            theirs: None,
            delivered: 0,
            ending: None,
            offered: 0,
            pictures: BTreeMap::new(),
            opened: 0,
        });
    }

    fn talks(&mut self, at: usize, peer: &str) {
        let Some(talk) = self.people[at].talks.last() else {
            return self.is_wrong(at, "talks without a greeting");
        };
        let (with, greeted) = (talk.with, talk.greeted);
        let theirs = &self.people[with];
        let mut mine = theirs.talks.iter().filter(|it| it.with == at);
        let they_greeted = mine.any(|it| it.greeted);
        if theirs.name != peer || !greeted || !they_greeted {
            self.is_wrong(at, "talks before both have greeted");
        }
    }

    fn ended(&mut self, at: usize, ending: Option<Ending>) {
        let shown = &mut self.people[at];
        shown.is_direct = false;
        let Some(talk) = shown.talks.last_mut() else {
            return;
        };
        talk.ending = ending;
        let (left, with) = (talk.left, talk.with);
        match ending {
            Some(Ending::YouLeft) if !left => self.is_wrong(at, "left without a wish"),
            Some(Ending::PeerLeft) => {
                let theirs = self.people[with].talks.iter();
                let over = |it: &&Talk| it.with == at && (it.left || it.ending.is_some());
                let they_left = theirs.filter(over).count();
                let mine = self.people[at].talks.iter();
                let told = |it: &&Talk| it.with == with && it.ending == Some(Ending::PeerLeft);
                if mine.filter(told).count() > they_left {
                    self.is_wrong(at, "left by somebody who did not leave");
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, at: usize, message: &Message) {
        let said = match message {
            Message::Text { text } => Said::read(text),
            Message::Picture { offer } => Said::seen(offer),
        };
        let Some(said) = said.filter(|it| it.who < self.people.len()) else {
            return self.is_wrong(at, "heard what nobody said");
        };
        self.heard(at, said);
        let talk = self.people[at].talks.last_mut();
        if let (Some(talk), Message::Picture { offer }) = (talk, message) {
            talk.pictures.insert(offer.id, said);
        }
    }

    fn picture(&mut self, at: usize, id: Id, state: PictureState) {
        let talk = self.people[at].talks.last();
        let is_theirs = talk.is_some_and(|it| it.pictures.contains_key(&id));
        match state {
            PictureState::Complete if is_theirs => self.complete.push((at, id)),
            PictureState::Failed if self.people[at].at == At::Talk => {
                self.is_wrong(at, "a picture failed")
            }
            _ => {}
        }
    }

    fn opened(&mut self, at: usize, id: Id, bytes: &[u8]) {
        let Some(talk) = self.people[at].talks.last_mut() else {
            return self.is_wrong(at, "a picture of nobody");
        };
        let said = talk.pictures.remove(&id);
        talk.opened += 1;
        if said.is_none_or(|said| said.picture().1 != bytes) {
            self.is_wrong(at, "another picture");
        }
    }

    fn heard(&mut self, at: usize, said: Said) {
        let own = self.people[at].talks.len() - 1;
        let talk = &mut self.people[at].talks[own];
        if talk.theirs.is_none() && talk.with == said.who {
            talk.theirs = Some(said.talk);
        }
        let is_theirs = talk.with == said.who && talk.theirs == Some(said.talk);
        let is_next = talk.heard == said.number;
        talk.heard += 1;
        let is_third = talk.heard > 2 && self.rule == Rule::TwoLines;
        let theirs = self.people[said.who].talks.get(said.talk);
        let was_said = theirs.is_some_and(|it| {
            it.with == at && said.number < it.said && it.theirs.is_none_or(|mine| mine == own)
        });
        if !is_theirs {
            self.is_wrong(at, &format!("heard {said:?} of another conversation"));
        } else if !is_next || !was_said || is_third {
            self.is_wrong(at, &format!("heard {said:?} out of turn"));
        }
    }

    /// A tick says that the other program has it.
    fn delivered(&mut self, at: usize, number: u64) {
        let own = self.people[at].talks.len() - 1;
        let talk = &mut self.people[at].talks[own];
        talk.delivered = talk.delivered.max(number);
        let (with, delivered) = (talk.with, talk.delivered);
        let heard = self.people[with].talks.iter();
        let heard = heard.filter(|it| it.with == at && it.theirs == Some(own));
        if heard.map(|it| it.heard).max().unwrap_or(0) < delivered {
            self.is_wrong(at, &format!("line {number} shown as delivered"));
        }
    }

    /// P24 and P25: nobody hidden dials anything but the door, and nobody anything but the server
    /// and, while both talk, the other one's own addresses.
    pub(crate) fn dialled(&mut self, at: usize, to: SocketAddr) {
        let shown = &self.people[at];
        let is_server = ADDRESSES.iter().any(|it| to.ip().to_string() == **it);
        if is_server && (to.port() == 443 || shown.policy == Policy::Direct) {
            return;
        }
        let talk = shown.talks.last().filter(|_| shown.at == At::Talk);
        let is_peer = talk.is_some_and(|talk| {
            let peer = &self.people[talk.with];
            !talk.is_hidden && peer.addresses.contains(&to.ip())
        });
        if !is_peer || shown.policy == Policy::Hidden {
            self.is_wrong(at, &format!("dials {to}"));
        }
    }

    /// Nobody who never meant to be seen tells the server of ports.
    pub(crate) fn reported(&mut self, at: usize) {
        let talks = &self.people[at].talks;
        if talks.iter().all(|it| it.is_hidden) {
            self.is_wrong(at, "reports ports");
        }
    }

    /// Everything was calm for long: two who talk both know it and have heard everything, and at
    /// most one waits.
    pub(crate) fn calm(&mut self) {
        let waiting = self.people.iter().filter(|it| it.at == At::Waiting);
        if waiting.count() > 1 {
            self.wrong
                .get_or_insert("two wait for each other".to_owned());
        }
        for at in 0..self.people.len() {
            match self.people[at].at {
                At::Outside => self.is_wrong(at, "is not back"),
                At::Greeting => self.is_wrong(at, "greets for ever"),
                At::Talk => self.calm_talk(at),
                At::Main | At::Waiting => {}
            }
        }
    }

    fn calm_talk(&mut self, at: usize) {
        let Some(talk) = self.people[at].talks.last() else {
            return;
        };
        let (with, said, offered) = (talk.with, talk.said, talk.offered);
        let peer = &self.people[with];
        let theirs = peer.talks.last().filter(|it| it.with == at);
        match theirs.filter(|_| peer.at == At::Talk) {
            None => self.is_wrong(at, "talks with nobody"),
            Some(theirs) if theirs.heard != said => {
                let told = format!("{} of {said} lines came", theirs.heard);
                self.is_wrong(at, &told);
            }
            Some(theirs) if theirs.opened != offered => {
                let told = format!("{} of {offered} pictures came", theirs.opened);
                self.is_wrong(at, &told);
            }
            Some(_) if peer.is_direct != self.people[at].is_direct => {
                self.is_wrong(at, "the two see different paths");
            }
            Some(_) => {}
        }
    }
}
