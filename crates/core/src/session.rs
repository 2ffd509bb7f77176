//! Who is logged in, and where they stand.

use crate::ask::{Queued, Want, email_of, problem_of};
use crate::engine::Engine;
use crate::links::Next;
use crate::meet::Waiting;
use crate::request::Request;
use crate::talk::Talk;
use crate::wire::{Ask, Wire};
use crate::{Ending, Event, Misuse, Output, Stage};
use floater_proto::body::{
    self, EndMatch, Fault, Keep, LogIn, OpenSession, Over, Reason, Seat, SessionEnd, SessionOpened,
};
use floater_proto::{Id, Resource, Secret, Status, Username};

/// The driver is asked so often to set one cookie.
const COOKIE_TRIES: u8 = 3;

/// Whether somebody is logged in.
pub(crate) enum Session {
    /// The server was not asked yet.
    Starting,
    /// Nobody.
    Door,
    /// Somebody.
    In(Box<Inside>),
}

/// Somebody who is logged in.
pub(crate) struct Inside {
    pub(crate) username: Username,
    pub(crate) place: Place,
}

/// Where one stands.
pub(crate) enum Place {
    Main { ending: Option<Ending> },
    Waiting(Waiting),
    Talk(Box<Talk>),
    Elsewhere,
}

/// The cookie of the session.
pub(crate) enum Cookie {
    None,
    /// The driver was asked to set it.
    Sent {
        code: Secret<String>,
        tries: u8,
        patient: bool,
    },
}

impl Session {
    pub(crate) const fn inside(&self) -> Option<&Inside> {
        match self {
            Self::In(inside) => Some(inside),
            _ => None,
        }
    }

    pub(crate) const fn inside_mut(&mut self) -> Option<&mut Inside> {
        match self {
            Self::In(inside) => Some(inside),
            _ => None,
        }
    }

    pub(crate) const fn talk(&self) -> Option<&Talk> {
        match self.inside() {
            Some(Inside {
                place: Place::Talk(talk),
                ..
            }) => Some(talk),
            _ => None,
        }
    }

    pub(crate) const fn talk_mut(&mut self) -> Option<&mut Talk> {
        match self.inside_mut() {
            Some(Inside {
                place: Place::Talk(talk),
                ..
            }) => Some(talk),
            _ => None,
        }
    }

    pub(crate) const fn waiting_mut(&mut self) -> Option<&mut Waiting> {
        match self.inside_mut() {
            Some(Inside {
                place: Place::Waiting(waiting),
                ..
            }) => Some(waiting),
            _ => None,
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        let inside = match self {
            Self::Starting => return Stage::Starting,
            Self::Door => return Stage::Door,
            Self::In(inside) => inside,
        };
        let username = inside.username.as_str().to_owned();
        match &inside.place {
            Place::Main { ending } => Stage::Main {
                username,
                ending: *ending,
            },
            Place::Waiting(w) => Stage::Waiting {
                username,
                since: w.since,
                after: w.after,
            },
            Place::Talk(talk) => talk.stage(username),
            Place::Elsewhere => Stage::Elsewhere { username },
        }
    }
}

impl Engine {
    pub(crate) fn show_stage(&mut self) {
        let stage = self.session.stage();
        self.show(Event::Stage { stage });
    }

    fn set_place(&mut self, place: Place) {
        if let Some(inside) = self.session.inside_mut() {
            inside.place = place;
            self.show_stage();
        }
    }

    /// The ticket that `POST /session` brings: of the match of now, or of one whose end the
    /// server has not answered yet.
    pub(crate) fn ticket_to_bring(&self) -> Option<Secret<String>> {
        let talk = self.session.talk().map(|talk| talk.ticket.clone());
        talk.or_else(|| self.owed.front().map(|owed| owed.ticket.clone()))
    }

    /// `POST /session` on the link that is being opened.
    pub(crate) fn ask_open(&mut self, ticket: Option<Secret<String>>) {
        let body = OpenSession {
            login: None,
            token: self.token.clone(),
            keep: self.config.keep,
            instance: self.config.instance,
            ticket,
        };
        let request = Request::post(Resource::Session, &body);
        let Next::Opening { wire, .. } = &mut self.links.next else {
            return;
        };
        let id = wire.id;
        if let Some(bytes) = wire.request(self.now, Ask::Open, &request, &self.config.agent) {
            self.send(id, bytes);
        }
    }

    /// The answer to `POST /session` of a new link.
    pub(crate) fn open_answered(&mut self, status: Status, body: &[u8]) {
        if status.is_success() {
            let Ok(opened) = body::from_json::<SessionOpened>(body) else {
                return self.give_up_next(0);
            };
            let Some(wire) = self.take_opening() else {
                return;
            };
            self.promote(wire);
            return self.enter(opened);
        }
        let problem = problem_of(status, body);
        match problem.error {
            Fault::TicketForeign | Fault::TicketExpired | Fault::MatchOver | Fault::NoMatch => {
                self.ticket_refused(problem.over);
                self.ask_open(None);
            }
            Fault::Suspended => self.refused_at_the_door(SessionEnd::Suspended),
            _ if status == Status::UNAUTHORIZED => self.refused_at_the_door(SessionEnd::Expired),
            _ => self.give_up_next(problem.retry_after.unwrap_or(0)),
        }
    }

    fn ticket_refused(&mut self, over: Option<Over>) {
        match over {
            _ if self.session.talk().is_none() => {
                self.owed.pop_front();
            }
            Some(over) => self.over(over),
            None => self.finish(Ending::Lost, None),
        }
    }

    fn take_opening(&mut self) -> Option<Wire> {
        match std::mem::replace(&mut self.links.next, Next::Idle) {
            Next::Opening { wire, .. } => Some(wire),
            other => {
                self.links.next = other;
                None
            }
        }
    }

    fn refused_at_the_door(&mut self, why: SessionEnd) {
        if let Some(wire) = self.take_opening() {
            self.promote(wire);
        }
        if self.session.inside().is_some() {
            return self.session_over(why);
        }
        if self.token.take().is_some() {
            self.out.push_back(Output::Token(None));
        }
        self.at_the_door();
    }

    /// A good link, and nobody is logged in.
    pub(crate) fn at_the_door(&mut self) {
        if matches!(self.session, Session::Starting) {
            self.session = Session::Door;
            self.show_stage();
        }
        self.flush_queue();
    }

    /// The session is open on the link in use.
    fn enter(&mut self, opened: SessionOpened) {
        self.keep_session(&opened);
        match self.session.inside_mut() {
            Some(inside) if inside.username == opened.username => {}
            Some(inside) => {
                inside.username = opened.username;
                self.show_stage();
            }
            None => {
                let place = Place::Main { ending: None };
                self.session = Session::In(Box::new(Inside {
                    username: opened.username,
                    place,
                }));
                if opened.seat != Seat::Elsewhere {
                    self.show_stage();
                }
            }
        }
        self.seated(opened.seat, true);
        self.ask_status();
        self.flush_queue();
        self.go_on_reporting();
    }

    fn keep_session(&mut self, opened: &SessionOpened) {
        if let Some(token) = &opened.token {
            self.token = Some(token.clone());
            self.out.push_back(Output::Token(Some(token.clone())));
        }
        if let Some(code) = &opened.cookie_code {
            self.cookie = Cookie::Sent {
                code: code.clone(),
                tries: 1,
                patient: true,
            };
            self.out.push_back(Output::Cookie(Some(code.clone())));
        }
    }

    /// The driver said how the cookie went.
    pub(crate) fn cookie_set(&mut self, set: bool) {
        match std::mem::replace(&mut self.cookie, Cookie::None) {
            Cookie::Sent {
                code,
                tries,
                patient,
            } if !set && tries < COOKIE_TRIES => {
                self.out.push_back(Output::Cookie(Some(code.clone())));
                self.cookie = Cookie::Sent {
                    code,
                    tries: tries.saturating_add(1),
                    patient,
                };
            }
            _ if self.links.main.is_none() => self.online(),
            _ => {}
        }
    }

    /// Where the server says that this account stands. `fresh`: the session was just opened, and
    /// the server knows nothing of what was asked before.
    pub(crate) fn seated(&mut self, seat: Seat, fresh: bool) {
        let Some(inside) = self.session.inside() else {
            return;
        };
        match &inside.place {
            Place::Talk(_) => self.seated_talking(seat, fresh),
            Place::Waiting(_) => self.seated_waiting(&seat, fresh),
            Place::Main { .. } => self.seated_main(&seat, fresh),
            Place::Elsewhere if seat == Seat::Elsewhere => {}
            Place::Elsewhere => {
                self.set_place(Place::Main { ending: None });
                self.seated_main(&seat, fresh);
            }
        }
        if fresh {
            self.pay_all();
        }
    }

    fn seated_main(&mut self, seat: &Seat, fresh: bool) {
        // An end that is owed is told by its match; only a match that nobody knows is ended so.
        let owed = !self.owed.is_empty();
        match seat {
            Seat::Elsewhere => self.set_place(Place::Elsewhere),
            Seat::Waiting => self.stop_seeking_there(),
            Seat::Talking { .. } | Seat::Awaiting if !owed => self.end_unnamed(),
            Seat::Over(_) if fresh => {
                self.owed.pop_front();
            }
            _ => {}
        }
    }

    fn seated_waiting(&mut self, seat: &Seat, fresh: bool) {
        match seat {
            Seat::Elsewhere => self.set_place(Place::Elsewhere),
            Seat::Waiting if !fresh => {}
            Seat::Over(_) if fresh => {
                self.owed.pop_front();
                self.seek_again();
            }
            Seat::Free if !fresh => self.seek_if_forgotten(),
            Seat::Talking { .. } | Seat::Awaiting if self.owed.is_empty() => {
                if fresh {
                    self.end_unnamed();
                    self.seek_again();
                }
            }
            _ if fresh => {
                self.pay_all();
                self.seek_again();
            }
            _ => {}
        }
    }

    fn seated_talking(&mut self, seat: Seat, fresh: bool) {
        match seat {
            Seat::Talking { peer_here, ticket } => self.talk_resumed(peer_here, ticket, fresh),
            Seat::Awaiting => self.talk_resumed(false, None, fresh),
            Seat::Over(over) => self.over(over),
            Seat::Free | Seat::Waiting if fresh => self.finish(Ending::Lost, None),
            Seat::Elsewhere if fresh => {
                self.finish(Ending::Lost, None);
                self.set_place(Place::Elsewhere);
            }
            // A word that was under way when the match began.
            _ => {}
        }
    }

    /// Log in: `POST /session` on the link in use.
    pub(crate) fn log_in(
        &mut self,
        tag: u32,
        email: &str,
        password: Secret<String>,
    ) -> Result<(), Misuse> {
        let queued = |queued: &Queued| queued.want == Want::LogIn;
        let asked = |ask: &Ask| {
            matches!(
                ask,
                Ask::Person {
                    want: Want::LogIn,
                    ..
                }
            )
        };
        let open = self
            .links
            .main
            .as_ref()
            .is_some_and(|wire| wire.is_open(asked));
        if open || self.queue.iter().any(queued) {
            return Err(Misuse::Busy);
        }
        let email = match email_of(email) {
            Ok(email) => email,
            Err(problem) => {
                self.refuse(tag, problem);
                return Ok(());
            }
        };
        let body = OpenSession {
            login: Some(LogIn { email, password }),
            token: None,
            keep: self.config.keep,
            instance: self.config.instance,
            ticket: None,
        };
        self.ask(tag, Want::LogIn, Request::post(Resource::Session, &body));
        Ok(())
    }

    pub(crate) fn logged_in(&mut self, body: &[u8]) {
        if let Ok(opened) = body::from_json::<SessionOpened>(body) {
            self.session = Session::Door;
            self.enter(opened);
        }
    }

    pub(crate) fn renamed(&mut self, username: &Username) {
        if let Some(inside) = self.session.inside_mut() {
            inside.username = username.clone();
            self.show_stage();
        }
    }

    /// The session is over, and not by oneself.
    pub(crate) fn session_over(&mut self, why: SessionEnd) {
        if self.session.inside().is_some() {
            self.show(Event::SessionEnded { why });
            self.leave_session();
        }
    }

    /// Nobody is logged in from now on, and nothing is remembered.
    pub(crate) fn leave_session(&mut self) {
        if self.session.inside().is_none() {
            return;
        }
        self.session = Session::Door;
        self.forget();
        self.owed.clear();
        self.here = None;
        self.token = None;
        self.cookie = Cookie::None;
        self.out.push_back(match self.config.keep {
            Keep::Cookie => Output::Cookie(None),
            Keep::Token => Output::Token(None),
        });
        self.show_stage();
    }

    /// Ends what the account holds elsewhere, or a match that this engine does not know.
    pub(crate) fn end_unnamed(&mut self) {
        let body = EndMatch {
            r#match: None,
            reason: Reason::Left,
        };
        self.request(Ask::EndUnnamed, &Request::post(Resource::MatchEnd, &body));
    }

    /// The other instance has let go.
    pub(crate) fn freed_elsewhere(&mut self) {
        if self
            .session
            .inside()
            .is_some_and(|inside| matches!(inside.place, Place::Elsewhere))
        {
            self.set_place(Place::Main { ending: None });
        }
    }

    /// This account waits or talks in another instance.
    pub(crate) fn moved_elsewhere(&mut self) {
        if self.session.talk().is_some() {
            self.finish(Ending::Lost, None);
        }
        self.set_place(Place::Elsewhere);
    }

    /// Goes to the main page.
    pub(crate) fn to_main(&mut self, ending: Option<Ending>) {
        self.set_place(Place::Main { ending });
    }

    /// Begins to wait, or waits on.
    pub(crate) fn to_waiting(&mut self, since: u64, after: Option<Ending>) {
        self.set_place(Place::Waiting(Waiting::new(since, after)));
    }

    /// The match one is in, if any.
    pub(crate) fn match_of_now(&self) -> Option<Id> {
        self.session.talk().map(|talk| talk.id)
    }
}
