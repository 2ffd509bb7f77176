use crate::after::{Last, Reporting};
use crate::ask::{Queued, Want, is_public, request_of};
use crate::config::Signs;
use crate::directs::Directs;
use crate::ending::Owed;
use crate::links::Links;
use crate::request::Request;
use crate::session::{Cookie, Place, Session};
use crate::wire::{Arrived, Ask};
use crate::wishes::misuse;
use crate::{
    Closing, Command, Config, Drain, Event, Input, LinkId, LinkState, Message, Misuse, Output,
    Picture,
};
use bytes::Bytes;
use floater_e2e::NewPicture;
use floater_proto::body::{EndMatch, Here, Policy, Reason};
use floater_proto::{Resource, Secret, Status};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::VecDeque;

/// The client engine: one person at one server.
///
/// - Arrived: [`Engine::start`], [`Engine::handle`].
/// - Wanted: [`Engine::command`], [`Engine::offer_picture`].
/// - To do: the [`Drain`] that each of these returns.
///
/// Time is the driver's: milliseconds that never run backwards. The generator is seeded once.
/// Nothing that people say leaves the engine except to the interface and, encrypted, to the other
/// one; nothing at all is written to storage.
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) now: u64,
    pub(crate) out: VecDeque<Output>,
    pub(crate) links: Links,
    pub(crate) session: Session,
    pub(crate) token: Option<Secret<String>>,
    pub(crate) cookie: Cookie,
    pub(crate) queue: VecDeque<Queued>,
    pub(crate) owed: VecDeque<Owed>,
    pub(crate) last: Option<Last>,
    pub(crate) report: Option<Reporting>,
    pub(crate) here: Option<Here>,
    pub(crate) directs: Directs,
    woken_for: Option<u64>,
    started: bool,
}

impl std::fmt::Debug for Engine {
    /// Engines hold keys, tickets and passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine([redacted])")
    }
}

impl Engine {
    /// An engine that has done nothing yet. The seed is 32 random bytes of a cryptographic source.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        Self {
            token: config.token.clone(),
            config,
            rng: ChaCha20Rng::from_seed(seed),
            now: 0,
            out: VecDeque::new(),
            links: Links::new(),
            session: Session::Starting,
            cookie: Cookie::None,
            queue: VecDeque::new(),
            owed: VecDeque::new(),
            last: None,
            report: None,
            here: None,
            directs: Directs::default(),
            woken_for: None,
            started: false,
        }
    }

    /// Begins: connects, and resumes the session if there is one. Once.
    pub fn start(&mut self, now: u64) -> Drain<'_> {
        self.now = now.max(self.now);
        if !self.started {
            self.started = true;
            self.show_link(LinkState::Connecting);
            self.show_stage();
            self.dial();
        }
        self.settle()
    }

    /// Something arrived.
    pub fn handle(&mut self, now: u64, input: Input<'_>) -> Drain<'_> {
        self.now = now.max(self.now);
        match input {
            Input::Opened(link) => self.opened(link),
            Input::Bytes(link, bytes) => self.bytes(link, bytes),
            Input::Closed(link) | Input::Refused(link) => self.closed(link),
            Input::Room(link, room) => self.room(link, room),
            Input::Wake => self.woken_for = None,
            Input::Online => self.online(),
            Input::CookieSet(set) => self.cookie_set(set),
            Input::Direct(input) => self.direct(input),
        }
        self.settle()
    }

    /// The person wants something. `tag` comes back in `Answered` and `Refused`.
    ///
    /// # Errors
    /// [`Misuse`], if it does not fit where the engine stands.
    pub fn command(&mut self, now: u64, tag: u32, command: Command) -> Result<Drain<'_>, Misuse> {
        self.now = now.max(self.now);
        if self.session.inside().is_none() && !is_public(&command) {
            return Err(Misuse::LoggedOut);
        }
        self.obey(tag, command)?;
        Ok(self.settle())
    }

    /// Sends a picture, already turned, scaled and re-encoded.
    ///
    /// # Errors
    /// [`Misuse`], if there is no conversation, or the picture cannot be sent.
    pub fn offer_picture(
        &mut self,
        now: u64,
        picture: Picture,
        bytes: impl Into<Bytes>,
    ) -> Result<Drain<'_>, Misuse> {
        self.now = now.max(self.now);
        let Picture {
            kind,
            width,
            height,
            thumbhash,
            still,
            quote,
        } = picture;
        let new = NewPicture {
            kind,
            width,
            height,
            thumbhash,
            still,
            quote,
            bytes: bytes.into(),
        };
        let talk = self.session.talk_mut().ok_or(Misuse::NoConversation)?;
        let offered = talk.conversation.offer_picture(self.now, new);
        let (of, offer) = offered.map_err(|error| misuse(error, Misuse::Picture))?;
        self.said(of, quote, Message::Picture { offer });
        Ok(self.settle())
    }

    fn obey(&mut self, tag: u32, command: Command) -> Result<(), Misuse> {
        match command {
            Command::LogIn { .. } if self.session.inside().is_some() => Err(Misuse::LoggedIn),
            Command::LogIn { email, password } => self.log_in(tag, &email, password),
            Command::SetPolicy { policy } => {
                self.config.policy = policy;
                if policy == Policy::Hidden {
                    self.hide();
                }
                Ok(())
            }
            Command::SetSigns { typing, seen } => {
                self.config.signs = Signs { typing, seen };
                Ok(())
            }
            Command::Seek => self.seek(),
            Command::StopSeeking => self.stop_seeking(),
            Command::EndElsewhere => self.end_elsewhere(tag),
            Command::Report {
                offence,
                note,
                messages,
            } => self.report(tag, offence, note, &messages),
            Command::Block => self.block(tag),
            Command::OpenPicture { id } => self.open_picture(id),
            Command::Forget => {
                self.forget();
                Ok(())
            }
            other => self.obey_talking(tag, other),
        }
    }

    fn obey_talking(&mut self, tag: u32, command: Command) -> Result<(), Misuse> {
        match command {
            Command::Greet => self.greet(),
            Command::Say { text, quote } => self.say(&text, quote),
            Command::Typing { typing } => {
                self.typing(typing);
                Ok(())
            }
            Command::Seen { number } => self.seen(number),
            Command::Leave => self.leave(),
            other => {
                match request_of(other) {
                    Ok(Some((want, request))) => self.ask(tag, want, request),
                    Ok(None) => {}
                    Err(problem) => self.refuse(tag, problem),
                }
                Ok(())
            }
        }
    }

    fn end_elsewhere(&mut self, tag: u32) -> Result<(), Misuse> {
        let inside = self.session.inside().ok_or(Misuse::LoggedOut)?;
        if !matches!(inside.place, Place::Elsewhere) {
            return Err(Misuse::NotElsewhere);
        }
        if self.links.retired {
            self.links.retired = false;
            if self.links.main.is_none() {
                self.dial();
            }
        }
        self.stop_seeking_there();
        let body = EndMatch {
            r#match: None,
            reason: Reason::Left,
        };
        self.ask(
            tag,
            Want::Elsewhere,
            Request::post(Resource::MatchEnd, &body),
        );
        Ok(())
    }

    /// Bytes of a link.
    fn bytes(&mut self, link: LinkId, bytes: &[u8]) {
        let now = self.now;
        let Some(wire) = self.links.wire(link) else {
            return;
        };
        let mut next = wire.push(now, bytes).map(|()| None);
        if self.links.is_main(link) {
            self.heard();
        }
        loop {
            match next {
                Ok(Some(arrived)) => self.arrived(link, arrived),
                Ok(None) => {}
                Err(_) => return self.framing_lost(link),
            }
            let Some(wire) = self.links.wire(link) else {
                return;
            };
            next = wire.next();
            if matches!(next, Ok(None)) {
                return;
            }
        }
    }

    /// What came is no message: nothing that follows can be read.
    fn framing_lost(&mut self, link: LinkId) {
        if self.links.is_main(link) {
            self.drop_main();
        } else {
            self.give_up_next(0);
        }
    }

    fn arrived(&mut self, link: LinkId, arrived: Arrived) {
        match arrived {
            Arrived::Request {
                method,
                resource,
                id,
                body,
            } if self.links.is_main(link) => {
                self.requested(method, resource, id, &body);
            }
            // Before the session is open a server has nothing to ask.
            Arrived::Request { .. } => {}
            Arrived::Response {
                id: Some(id),
                status,
                body,
            } => {
                let now = self.now;
                let ask = self.links.wire(link).and_then(|wire| wire.settle(now, id));
                if let Some(ask) = ask {
                    self.answered(ask, status, &body);
                }
            }
            // The server lost the framing of what was sent, and closes.
            Arrived::Response { id: None, .. } => self.framing_lost(link),
        }
    }

    fn answered(&mut self, ask: Ask, status: Status, body: &[u8]) {
        match ask {
            Ask::Open => self.open_answered(status, body),
            Ask::Person { tag, want, .. } => self.wish_answered(tag, want, status, body),
            Ask::Status => self.status_answered(status, body),
            Ask::Seek => self.seek_answered(status, body),
            Ask::Accept(id) => self.accept_answered(id, status),
            Ask::End(id) => self.end_answered(id, status),
            Ask::Path => self.path_answered(status, body),
            Ask::Report => self.report_answered(status, body),
            Ask::StopSeeking | Ask::EndUnnamed => {}
        }
    }

    pub(crate) fn show(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    /// Does what is due, and asks to be woken for the rest.
    fn settle(&mut self) -> Drain<'_> {
        if self.started {
            self.tick_links();
            self.tick_asks();
            self.tick_meet();
            self.tick_talk();
            self.tick_after();
            self.tend_direct();
            self.want_wake();
        }
        Drain(&mut self.out)
    }

    fn want_wake(&mut self) {
        let asks = self
            .links
            .main
            .as_ref()
            .and_then(|wire| wire.first_timeout());
        let queued = self.queue.front().map(|queued| queued.until);
        let parts = [
            self.links_wake_at(),
            self.meet_wake_at(),
            self.talk_wake_at(),
        ];
        let all =
            parts
                .into_iter()
                .chain([self.after_wake_at(), self.direct_wake_at(), asks, queued]);
        let soonest = self.now.saturating_add(1);
        let at = all.flatten().min().map(|at| at.max(soonest));
        if let Some(at) = at.filter(|_| at != self.woken_for) {
            self.woken_for = Some(at);
            self.out.push_back(Output::Wake(at));
        }
    }

    /// Closes what is open; the driver stops.
    pub fn stop(&mut self, now: u64) -> Drain<'_> {
        self.now = now.max(self.now);
        self.release_direct();
        if let Some(id) = Links::main_id(&self.links) {
            self.out.push_back(Output::Close(id, Closing::Goodbye));
            self.links.main = None;
        }
        self.links.next = crate::links::Next::Idle;
        self.started = false;
        Drain(&mut self.out)
    }
}
