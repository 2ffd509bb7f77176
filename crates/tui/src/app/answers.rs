//! What the server answered, and what the engine does not take.

use super::{App, Asked, Effect};
use crate::files::Job;
use crate::form::{Field, Form, Purpose};
use crate::note::{AccountNote, Note, PictureNote, TalkNote, TypedNote};
use crate::verb::Place;
use floater_client::picture::PictureError;
use floater_client::proto::body::{Fault, Problem};
use floater_client::{Answer, Misuse};

impl App {
    pub(super) fn answered(&mut self, tag: u32, answer: Answer) {
        let Some(asked) = self.asked.remove(&tag) else {
            return;
        };
        let note = match (asked, answer) {
            (Asked::Form(form), _) => return self.form_answered(&form),
            (Asked::Account, Answer::Account { account }) => {
                self.account = Some(account.clone());
                AccountNote::Account(account)
            }
            (Asked::Sessions, Answer::Sessions { sessions }) => {
                self.sessions.clone_from(&sessions);
                AccountNote::Sessions(sessions)
            }
            (Asked::Blocks, Answer::Blocks { blocks }) => {
                self.blocks.clone_from(&blocks);
                AccountNote::Blocks(blocks)
            }
            (Asked::Export(path), Answer::Export { json }) => {
                return self.work(Job::Export { path, json });
            }
            (Asked::LogOut, _) => {
                self.settling = self.place != Place::Door;
                AccountNote::LoggedOut
            }
            (Asked::Name, _) => AccountNote::Renamed,
            (Asked::EndSession, _) => AccountNote::SessionsEnded,
            (Asked::Unblock, _) => AccountNote::Unblocked,
            (Asked::EndElsewhere, _) => return,
            (Asked::Report, _) => return self.say(Note::Talk(TalkNote::Reported)),
            (Asked::Block(peer), _) => return self.say(Note::Talk(TalkNote::Blocked { peer })),
            // The engine answers what was asked, and nothing else.
            _ => return,
        };
        self.say(Note::Account(note));
    }

    fn form_answered(&mut self, form: &Form) {
        let email = form.email();
        let (purpose, known) = (form.purpose, Some(email.as_str()));
        let next = match purpose {
            Purpose::Register | Purpose::Again => Some(Purpose::Activate),
            Purpose::Recover => Some(Purpose::Reset),
            Purpose::Activate | Purpose::Reset => Some(Purpose::LogIn),
            Purpose::LogIn | Purpose::Password | Purpose::Delete => None,
        };
        match purpose {
            Purpose::Register | Purpose::Again | Purpose::Recover => {
                let email = email.clone();
                self.say(Note::Account(AccountNote::Mailed { purpose, email }));
            }
            Purpose::Activate => self.say(Note::Account(AccountNote::Activated)),
            Purpose::Reset => self.say(Note::Account(AccountNote::PasswordReset)),
            Purpose::Password => self.say(Note::Account(AccountNote::PasswordChanged)),
            // The stage tells.
            Purpose::LogIn => self.settling = self.place == Place::Door,
            Purpose::Delete => self.settling = self.place != Place::Door,
        }
        if let Some(next) = next {
            self.begin(Form::new(next).with(Field::Email, known));
        }
    }

    pub(super) fn refused(&mut self, tag: u32, problem: Problem) {
        let Some(asked) = self.asked.remove(&tag) else {
            return;
        };
        let (error, field) = (problem.error, problem.field.clone());
        self.say(Note::Account(AccountNote::Refused(problem)));
        if let Asked::Form(form) = asked {
            self.form_refused(form, error, field.as_deref());
        }
    }

    /// What can be mended by another answer is asked again.
    fn form_refused(&mut self, mut form: Form, error: Fault, field: Option<&str>) {
        let email = form.email();
        let again = match (error, field) {
            (Fault::NotActivated, _) => {
                let activate = Form::new(Purpose::Activate);
                return self.begin(activate.with(Field::Email, Some(&email)));
            }
            (Fault::CodeWrong, _) => Field::Code,
            (Fault::PasswordCommon, _) | (Fault::Invalid, Some("password" | "new")) => {
                Field::NewPassword
            }
            (Fault::Invalid, Some("email")) => Field::Email,
            (Fault::Invalid, Some("username")) => Field::Name,
            _ => return,
        };
        form.forget(again);
        if form.missing().is_some() {
            self.go_on(form);
        }
    }

    /// A command that does not fit where the engine stands.
    pub(super) fn misused(&mut self, tag: u32, misuse: Misuse) {
        self.asked.remove(&tag);
        self.opening.retain(|it| it.tag != tag);
        let said = self.said.take_if(|said| said.tag == tag);
        if let Some(offered) = self.offered.take_if(|it| it.tag == tag) {
            if let Some((text, _)) = offered.words {
                self.out.push(Effect::Unsaid(text));
            }
            if self.is_screen() && matches!(misuse, Misuse::Picture | Misuse::Line) {
                self.draft = Some(offered.draft);
                return self.say(Note::Talk(TalkNote::Full));
            }
        }
        let note = match misuse {
            Misuse::Line => match said {
                // The window is full: the line waits, and nothing more is read meanwhile.
                Some(saying) => {
                    self.held = Some(saying);
                    return self.say(Note::Talk(TalkNote::Full));
                }
                None => TypedNote::LineLong,
            },
            Misuse::Picture => {
                return self.say(Note::Picture(PictureNote::Unfit(PictureError::Large)));
            }
            Misuse::Greeting => TypedNote::GreetFirst,
            Misuse::Busy => TypedNote::Busy,
            Misuse::NothingRemembered | Misuse::NoPicture => TypedNote::NothingToReport,
            _ => TypedNote::NotNow(self.place),
        };
        self.say(Note::Typed(note));
    }
}
