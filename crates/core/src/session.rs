//! Who is logged in, and where they stand.

use crate::ask::{Queued, Want, email_of};
use crate::engine::Engine;
use crate::meet::Waiting;
use crate::request::Request;
use crate::talk::Talk;
use crate::wire::Ask;
use crate::{Ending, Event, Misuse, Output, Stage};
use floater_proto::body::{
    self, EndMatch, Keep, LogIn, OpenSession, Reason, SessionEnd, SessionOpened,
};
use floater_proto::{Id, Resource, Secret, Username};

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
    Waiting(Box<Waiting>),
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

    pub(crate) fn set_place(&mut self, place: Place) {
        if let Some(inside) = self.session.inside_mut() {
            inside.place = place;
            self.show_stage();
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

    /// The server says that the session of this link is over.
    pub(crate) fn session_ended(&mut self, why: SessionEnd) {
        let own = |ask: &Ask| {
            matches!(
                ask,
                Ask::Person {
                    want: Want::LogOut | Want::Deleted,
                    ..
                }
            )
        };
        if self
            .links
            .main
            .as_ref()
            .is_some_and(|wire| wire.is_open(own))
        {
            // What was asked for comes true before it is answered.
            return self.leave_session();
        }
        self.session_over(why);
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
        self.directs.reflectors = None;
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
    pub(crate) fn show_main(&mut self, ending: Option<Ending>) {
        self.set_place(Place::Main { ending });
    }

    /// Begins to wait, or waits on.
    pub(crate) fn wait_since(&mut self, since: u64, after: Option<Ending>) {
        self.set_place(Place::Waiting(Box::new(Waiting::new(since, after))));
    }

    /// The match one is in, if any.
    pub(crate) fn match_of_now(&self) -> Option<Id> {
        self.session.talk().map(|talk| talk.id)
    }
}
