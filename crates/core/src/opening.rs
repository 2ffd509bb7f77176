//! A new link: `POST /session`, and where the server says that one stands.

use crate::ask::problem_of;
use crate::engine::Engine;
use crate::links::Next;
use crate::request::Request;
use crate::session::{Cookie, Inside, Place, Session};
use crate::wire::{Ask, Wire};
use crate::{Ending, Output};
use floater_proto::body::{self, Fault, OpenSession, Over, Seat, SessionEnd, SessionOpened};
use floater_proto::{Resource, Secret, Status};

/// The driver is asked so often to set one cookie.
const COOKIE_TRIES: u8 = 3;

impl Engine {
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
    pub(crate) fn enter(&mut self, opened: SessionOpened) {
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
        self.directs.reflectors.clone_from(&opened.reflectors);
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
            Seat::Talking { .. } | Seat::Awaiting if fresh && self.owed.is_empty() => {
                self.end_unnamed();
                self.seek_again();
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
}
