//! What the engine tells.

use super::lines::{Shown, Talk};
use super::{App, Effect, Exit, Meeting, REACH_WITHIN, Saying};
use crate::form::{Field, Form, Purpose};
use crate::note::{LinkNote, Note, PictureNote, TalkNote, WayNote};
use crate::verb::Place;
use floater_client::proto::body::Here;
use floater_client::{
    Command, DialError, Event, Found, Line, LinkState, Message, PathInUse, PeerState, Stage, Tick,
};

impl App {
    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::Link { state } => self.link(state),
            Event::Stage { stage } => self.stage(stage),
            Event::Answered { tag, answer } => self.answered(tag, answer),
            Event::Refused { tag, problem } => self.refused(tag, problem),
            Event::Here { here } => self.are_here(here),
            Event::Widened => {
                self.widened = true;
                self.say(Note::Way(WayNote::Widened));
            }
            Event::SessionEnded { why } => self.say(Note::Way(WayNote::SessionEnded(why))),
            Event::Greeted { own, peer } => self.greeted(own, peer),
            Event::Line { line } => self.line(line),
            Event::Tick { number, tick } => self.tick(number, tick),
            Event::Typing { typing } => self.typing(typing),
            Event::Peer { peer } => self.peer(peer),
            Event::Path { path } => self.path(path),
            Event::Safety { words } => {
                if let Some(talk) = &mut self.talk {
                    talk.safety = words;
                }
            }
            Event::Picture { id, state } => self.picture_moves(id, state),
            Event::PictureOpened { id, bytes } => self.picture_opened(id, bytes),
            Event::CanSay { can } => self.can_say(can),
        }
    }

    fn link(&mut self, state: LinkState) {
        self.link = state;
        match state {
            LinkState::Connecting => {
                self.say(Note::Link(LinkNote::Connecting));
                if self.is_piped() {
                    self.out.push(Effect::Patience(REACH_WITHIN));
                }
            }
            LinkState::Up => {
                self.troubled = None;
                if std::mem::take(&mut self.lost) {
                    self.say(Note::Link(LinkNote::Up));
                }
            }
            // Told once, not at every try.
            LinkState::Lost { .. } if self.lost || self.place == Place::Starting => {}
            LinkState::Lost { held_until, .. } => {
                self.lost = true;
                let held = held_until.map(|until| self.seconds_until(until));
                self.say(Note::Link(LinkNote::Lost { held }));
            }
        }
    }

    /// Why the server was not reached: each cause is told once until it is reached again.
    pub(super) fn trouble(&mut self, error: DialError) {
        let untrusted = matches!(
            error,
            DialError::NotPinned { .. } | DialError::Untrusted(_) | DialError::NoTls
        );
        if self.troubled.as_ref() != Some(&error) {
            self.troubled = Some(error.clone());
            self.say(Note::Link(LinkNote::Trouble(error)));
        }
        if untrusted && self.place == Place::Starting {
            self.out.push(Effect::Quit(Exit::Untrusted));
        }
    }

    fn stage(&mut self, stage: Stage) {
        let before = self.place;
        self.settling = false;
        self.confirm = None;
        if !matches!(stage, Stage::Talk { .. }) {
            (self.draft, self.offered, self.said) = (None, None, None);
            self.can_say = true;
            // What waits for room waits no more: it would hold up all that is typed.
            if let Some(Saying { text, .. }) = self.held.take() {
                self.say(Note::Talk(TalkNote::Unsaid { text }));
            }
        }
        match stage {
            Stage::Starting => {}
            Stage::Door => self.at_the_door(before),
            Stage::Main { username, ending } => {
                self.place = Place::Main;
                let renamed = self.username != username;
                self.username = username;
                if let Some(ending) = ending {
                    self.ending = Some(ending);
                    self.say(Note::Way(WayNote::Ended(ending)));
                    self.say(Note::Way(WayNote::Remains));
                } else if before == Place::Waiting {
                    self.say(Note::Way(WayNote::Stopped));
                } else if before != Place::Main || renamed {
                    self.on_the_main_page(before);
                }
            }
            Stage::Waiting { since, after, .. } => {
                self.place = Place::Waiting;
                self.waits_since = since;
                self.widened = false;
                self.ending = after;
                if let Some(ending) = after {
                    self.say(Note::Way(WayNote::Ended(ending)));
                }
                self.say(Note::Way(WayNote::Waiting));
            }
            Stage::Greeting {
                own,
                peer,
                until,
                met_before: again,
                ..
            } => self.met(own, peer, until, again),
            Stage::Talk { .. } if before == Place::Talk => {}
            Stage::Talk { .. } => {
                self.place = Place::Talk;
                self.say(Note::Way(WayNote::Opened));
            }
            Stage::Elsewhere { username } => {
                self.place = Place::Elsewhere;
                self.username = username;
                self.say(Note::Way(WayNote::Elsewhere));
            }
        }
    }

    fn at_the_door(&mut self, before: Place) {
        self.place = Place::Door;
        // What was asked inside is asked no more.
        if before != Place::Door && self.form.take().is_some() {
            self.out.push(Effect::Echo(true));
        }
        self.username.clear();
        self.talk = None;
        self.here = None;
        (self.ending, self.account) = (None, None);
        (self.sessions, self.blocks) = (Vec::new(), Vec::new());
        self.say(Note::Way(WayNote::Door));
        if before == Place::Starting && self.email.is_some() {
            let mut form = Form::new(Purpose::LogIn).with(Field::Email, self.email.as_deref());
            if let Some(password) = self.start.password.take() {
                form = form.with(Field::Password, Some(password.expose()));
            }
            self.begin(form);
        }
    }

    fn on_the_main_page(&mut self, before: Place) {
        let username = self.username.clone();
        self.say(Note::Way(WayNote::Main { username }));
        if before != Place::Main && self.start.settings.policy.is_none() {
            self.say(Note::Way(WayNote::AskPolicy));
        }
    }

    fn met(&mut self, own: String, peer: String, until: u64, before: bool) {
        self.place = Place::Greeting;
        self.begun += 1;
        if self.is_screen() {
            // Nobody is kept waiting for a greeting by a question.
            self.form = None;
        }
        (self.sent, self.ending) = (None, None);
        self.opening.clear();
        self.talk = Some(Talk::new(own.clone(), peer.clone()));
        self.meeting = Some(Meeting {
            until,
            met_before: before,
            greeted: (false, false),
        });
        let left = self.seconds_until(until);
        self.say(Note::Way(WayNote::Met {
            own,
            peer,
            left,
            before,
        }));
    }

    fn are_here(&mut self, here: Here) {
        if self.here.replace(here) != Some(here) && self.place == Place::Main {
            self.say(Note::Way(WayNote::Here(here)));
        }
    }

    fn greeted(&mut self, own: bool, peer: bool) {
        if let Some(meeting) = &mut self.meeting {
            meeting.greeted = (own, peer);
        }
        // That both have is told by the beginning of the conversation.
        if own != peer {
            self.say(Note::Way(WayNote::Greeted { own, peer }));
        }
    }

    fn line(&mut self, line: Line) {
        let Some(talk) = &mut self.talk else {
            return;
        };
        let quote = line.quote.and_then(|of| talk.number_of(of));
        let name = talk.peer.clone();
        let (own, of, message) = (line.own, line.of, line.message.clone());
        if !own {
            talk.typing = false;
        }
        let number = talk.push(Shown::new(line));
        match message {
            // What one typed stands on the screen already.
            Message::Text { .. } if own => {}
            Message::Text { text } => self.say(Note::Talk(TalkNote::Line {
                number,
                name,
                quote,
                text,
            })),
            Message::Picture { offer } if own => {
                self.picture_said(number, offer.id);
                self.say(Note::Picture(PictureNote::Sending { number, offer }));
            }
            Message::Picture { offer } => self.say(Note::Picture(PictureNote::Offered {
                number,
                name,
                offer,
            })),
        }
        // On the screen a line is seen when it is drawn.
        if !own && self.start.settings.seen && !self.is_screen() {
            self.want(Command::Seen { number: of.number });
        }
    }

    fn tick(&mut self, number: u64, tick: Tick) {
        let talk = self.talk.as_mut();
        if let Some(number) = talk.and_then(|talk| talk.ticked(number, tick)) {
            self.say(Note::Talk(TalkNote::Tick { number, tick }));
        }
    }

    fn typing(&mut self, typing: bool) {
        let now = self.now;
        if let Some(talk) = &mut self.talk {
            talk.typing = typing;
        }
        if let Some(talk) = self.talk.as_mut().filter(|_| typing)
            && talk.tells_typing(now)
        {
            let name = talk.peer.clone();
            self.say(Note::Talk(TalkNote::Typing { name }));
        }
    }

    fn peer(&mut self, peer: PeerState) {
        if let Some(talk) = &mut self.talk {
            talk.away_until = match peer {
                PeerState::Here => None,
                PeerState::Away { until } => Some(until),
            };
        }
        let note = match peer {
            PeerState::Here => TalkNote::Back,
            PeerState::Away { until } => TalkNote::Away {
                left: self.seconds_until(until),
            },
        };
        self.say(Note::Talk(note));
    }

    /// The first one tells that what is said from now on is encrypted.
    fn path(&mut self, path: PathInUse) {
        let Some(talk) = &mut self.talk else {
            return;
        };
        let changed = talk.path.replace(path) != Some(path);
        if !path.direct {
            talk.found = None;
        }
        let found = talk.found;
        if changed {
            self.say(Note::Talk(TalkNote::Path(path, found)));
        }
    }

    /// Told together with the path, which follows.
    pub(super) const fn found(&mut self, found: Found) {
        if let Some(talk) = &mut self.talk {
            talk.found = Some(found);
        }
    }

    fn can_say(&mut self, can: bool) {
        self.can_say = can;
        if !can {
            return;
        }
        if let Some(Saying { text, quote, .. }) = self.held.take() {
            self.speak(text, quote);
        }
    }

    pub(super) const fn seconds_until(&self, moment: u64) -> u64 {
        moment.saturating_sub(self.now).div_ceil(1000)
    }
}
