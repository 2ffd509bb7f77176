//! What a person asks the server: one request each, one answer each.

use crate::engine::Engine;
use crate::request::Request;
use crate::wire::Ask;
use crate::{Answer, Command, Event, Proof};
use floater_proto::body::{
    self, Activate, Blocks, ChangePassword, ChangeUsername, DeleteAccount, EndBlock, EndSession,
    Fault, MailAgain, MailProof, Mailed, Problem, Register, SessionEnd, Sessions,
};
use floater_proto::{Email, Resource, Secret, Status, Username, limits};

/// Wishes of a person that may be open or wait for a link at one time.
pub(crate) const WISHES_MAX: usize = 16;

/// A server that wants to be left alone for longer is not believed, in milliseconds.
const RETRY_AFTER_MAX: u64 = 24 * 3600 * 1000;

/// How the answer to a wish is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Want {
    Done,
    Mailed,
    Account,
    Sessions,
    Blocks,
    Export,
    LogIn,
    LogOut,
    Deleted,
    Username(Username),
    Elsewhere,
}

/// A wish that waits for a link.
pub(crate) struct Queued {
    pub(crate) tag: u32,
    pub(crate) want: Want,
    pub(crate) request: Request,
    pub(crate) until: u64,
}

/// The request for a wish that is one request and no more; `None` for any other wish.
pub(crate) fn request_of(command: Command) -> Result<Option<(Want, Request)>, Problem> {
    use Command as C;
    Ok(Some(match command {
        C::Register {
            email,
            username,
            password,
            adult,
            language,
        } => {
            let email = email_of(&email)?;
            let username = username_of(&username)?;
            check_password("password", &password)?;
            let body = Register {
                email,
                username,
                password,
                adult,
                language,
            };
            (Want::Mailed, Request::post(Resource::Account, &body))
        }
        C::Activate { proof } => {
            let body = Activate {
                proof: proof_of(proof)?,
            };
            (
                Want::Done,
                Request::post(Resource::AccountActivation, &body),
            )
        }
        C::SendAgain { email, language } => {
            let body = MailAgain {
                email: email_of(&email)?,
                language,
            };
            (
                Want::Mailed,
                Request::post(Resource::AccountActivationAgain, &body),
            )
        }
        C::Recover { email, language } => {
            let body = MailAgain {
                email: email_of(&email)?,
                language,
            };
            (
                Want::Mailed,
                Request::post(Resource::AccountRecovery, &body),
            )
        }
        C::ResetPassword { proof, new } => {
            check_password("new", &new)?;
            let body = ChangePassword {
                current: None,
                proof: Some(proof_of(proof)?),
                new,
            };
            (Want::Done, Request::post(Resource::AccountPassword, &body))
        }
        other => return request_in_session(other),
    }))
}

/// The same for who is logged in.
fn request_in_session(command: Command) -> Result<Option<(Want, Request)>, Problem> {
    use Command as C;
    Ok(Some(match command {
        C::LogOut => (
            Want::LogOut,
            Request::post(Resource::SessionEnd, &EndSession::default()),
        ),
        C::LoadAccount => (Want::Account, Request::get(Resource::Account)),
        C::ChangePassword { current, new } => {
            check_password("new", &new)?;
            let body = ChangePassword {
                current: Some(current),
                proof: None,
                new,
            };
            (Want::Done, Request::post(Resource::AccountPassword, &body))
        }
        C::ChangeUsername { username } => {
            let username = username_of(&username)?;
            let body = ChangeUsername {
                username: username.clone(),
            };
            (
                Want::Username(username),
                Request::post(Resource::AccountUsername, &body),
            )
        }
        C::LoadSessions => (Want::Sessions, Request::get(Resource::Sessions)),
        C::EndSession { session } => {
            let body = EndSession {
                session: Some(session),
                all_others: false,
            };
            (Want::Done, Request::post(Resource::SessionEnd, &body))
        }
        C::EndOtherSessions => {
            let body = EndSession {
                session: None,
                all_others: true,
            };
            (Want::Done, Request::post(Resource::SessionEnd, &body))
        }
        C::LoadBlocks => (Want::Blocks, Request::get(Resource::Blocks)),
        C::Unblock { id } => (
            Want::Done,
            Request::post(Resource::BlockEnd, &EndBlock { id }),
        ),
        C::Export => (Want::Export, Request::get(Resource::AccountExport)),
        C::DeleteAccount { password } => (
            Want::Deleted,
            Request::post(Resource::AccountDeletion, &DeleteAccount { password }),
        ),
        _ => return Ok(None),
    }))
}

/// Whether a wish makes sense without being logged in.
pub(crate) const fn is_public(command: &Command) -> bool {
    use Command as C;
    matches!(
        command,
        C::Register { .. }
            | C::Activate { .. }
            | C::SendAgain { .. }
            | C::Recover { .. }
            | C::ResetPassword { .. }
            | C::LogIn { .. }
            | C::SetPolicy { .. }
            | C::SetSigns { .. }
            | C::Forget
    )
}

pub(crate) fn email_of(typed: &str) -> Result<Email, Problem> {
    Email::new(typed).map_err(|error| Problem::invalid("email", error.to_string()))
}

fn username_of(typed: &str) -> Result<Username, Problem> {
    Username::new(typed).map_err(|error| Problem::invalid("username", error.to_string()))
}

fn check_password(field: &str, password: &Secret<String>) -> Result<(), Problem> {
    let (min, max) = (limits::PASSWORD_MIN, limits::PASSWORD_MAX);
    if (min..=max).contains(&password.composed().expose().chars().count()) {
        return Ok(());
    }
    Err(Problem::invalid(
        field,
        format!("a password has {min} to {max} characters"),
    ))
}

fn proof_of(proof: Proof) -> Result<MailProof, Problem> {
    Ok(match proof {
        Proof::Link { token, secret } => MailProof::Link { token, secret },
        Proof::Code { email, code } => MailProof::Code {
            email: email_of(&email)?,
            code,
        },
    })
}

/// The problem that an answer carries, whatever its body is.
pub(crate) fn problem_of(status: Status, body: &[u8]) -> Problem {
    let fault = if status.code() >= 500 {
        Fault::Internal
    } else {
        Fault::Unknown
    };
    let mut problem: Problem =
        body::from_json(body).unwrap_or_else(|_| Problem::new(fault, status.words()));
    problem.retry_after = problem.retry_after.map(|span| span.min(RETRY_AFTER_MAX));
    problem
}

fn unavailable() -> Problem {
    Problem::new(Fault::Unavailable, "the server did not answer")
}

impl Engine {
    /// Asks the server, now or as soon as there is a link.
    pub(crate) fn ask(&mut self, tag: u32, want: Want, request: Request) {
        let open = self.links.main.as_ref().map_or(0, |wire| wire.wishes());
        if open.saturating_add(self.queue.len()) >= WISHES_MAX {
            return self.refuse(
                tag,
                Problem::new(Fault::TooMany, "too much is asked at once"),
            );
        }
        let until = self.now.saturating_add(self.config.timers.answer);
        self.queue.push_back(Queued {
            tag,
            want,
            request,
            until,
        });
        self.flush_queue();
        if !self.queue.is_empty() {
            self.want_link();
        }
    }

    /// Sends the wishes that waited for a link.
    pub(crate) fn flush_queue(&mut self) {
        while self.links.main.is_some() {
            let Some(Queued {
                tag,
                want,
                request,
                until,
            }) = self.queue.pop_front()
            else {
                return;
            };
            if want == Want::LogIn && self.session.inside().is_some() {
                self.refuse(
                    tag,
                    Problem::new(Fault::LoggedIn, "somebody is logged in already"),
                );
            } else if !self.request(Ask::Person { tag, want, until }, &request) {
                self.refuse(tag, unavailable());
            }
        }
    }

    pub(crate) fn refuse(&mut self, tag: u32, problem: Problem) {
        self.show(Event::Refused { tag, problem });
    }

    fn done(&mut self, tag: u32, answer: Answer) {
        self.show(Event::Answered { tag, answer });
    }

    /// The link is gone, and with it the answers.
    pub(crate) fn refuse_wishes(&mut self, wishes: Vec<(u32, Want)>) {
        for (tag, _) in wishes {
            self.refuse(tag, unavailable());
        }
    }

    /// Refuses what waited too long.
    pub(crate) fn tick_asks(&mut self) {
        let now = self.now;
        while self.queue.front().is_some_and(|queued| queued.until <= now) {
            if let Some(queued) = self.queue.pop_front() {
                self.refuse(queued.tag, unavailable());
            }
        }
        let Some(wire) = self.links.main.as_mut() else {
            return;
        };
        let late = wire.take_wishes(Some(now));
        // The server may still open the session: only a new link is surely without one.
        let unsure = late.iter().any(|(_, want)| *want == Want::LogIn);
        self.refuse_wishes(late);
        if unsure {
            self.drop_main();
        }
    }

    /// The answer to a wish came.
    pub(crate) fn wish_answered(&mut self, tag: u32, want: Want, status: Status, body: &[u8]) {
        let nothing_there = want == Want::Elsewhere && status == Status::NOT_FOUND;
        if !status.is_success() && !nothing_there {
            let problem = problem_of(status, body);
            let fault = problem.error;
            self.refuse(tag, problem);
            let ended = matches!(fault, Fault::NotLoggedIn | Fault::SessionEnded);
            if ended && self.session.inside().is_some() {
                self.session_over(SessionEnd::Expired);
            }
            return;
        }
        match read_answer(&want, body) {
            Ok(answer) => self.done(tag, answer),
            Err(problem) => return self.refuse(tag, problem),
        }
        match want {
            Want::LogIn => self.logged_in(body),
            Want::LogOut | Want::Deleted => self.leave_session(),
            Want::Username(username) => self.renamed(&username),
            Want::Elsewhere => self.freed_elsewhere(),
            _ => {}
        }
    }
}

fn read_answer(want: &Want, body: &[u8]) -> Result<Answer, Problem> {
    Ok(match want {
        Want::Mailed => Answer::Mailed {
            secret: body::from_json::<Mailed>(body)?.secret,
        },
        Want::Account => Answer::Account {
            account: body::from_json(body)?,
        },
        Want::Sessions => Answer::Sessions {
            sessions: body::from_json::<Sessions>(body)?.sessions,
        },
        Want::Blocks => Answer::Blocks {
            blocks: body::from_json::<Blocks>(body)?.blocks,
        },
        Want::Export => Answer::Export {
            json: String::from_utf8_lossy(body).into_owned(),
        },
        Want::LogIn => {
            body::from_json::<body::SessionOpened>(body)?;
            Answer::Done
        }
        _ => Answer::Done,
    })
}
