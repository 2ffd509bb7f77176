//! Questions of a form, one after the other.

use super::{App, Asked, Effect};
use crate::form::{Field, Form, Purpose};
use crate::note::{AccountNote, Note, TalkNote, TypedNote};
use crate::verb::Place;
use floater_client::proto::Secret;

impl App {
    /// Begins to ask questions; what is known is not asked.
    pub(super) fn begin(&mut self, form: Form) {
        match form.purpose {
            Purpose::Register => self.say(Note::Account(AccountNote::Rules)),
            Purpose::Delete => self.say(Note::Account(AccountNote::AskDelete)),
            _ => {}
        }
        self.go_on(form);
    }

    pub(super) fn go_on(&mut self, form: Form) {
        if self.is_screen() && self.place == Place::Greeting {
            // Nobody is kept waiting for a greeting by a question.
            return self.say(Note::Typed(TypedNote::NotNow(self.place)));
        }
        let Some(field) = form.missing() else {
            self.email = Some(form.email()).filter(|email| !email.is_empty());
            let command = form.command(self.start.language);
            return self.ask(Asked::Form(form), command);
        };
        let purpose = form.purpose;
        self.say(Note::Account(AccountNote::Ask { purpose, field }));
        if field.is_secret() {
            self.out.push(Effect::Echo(false));
        }
        self.form = Some(form);
    }

    /// What is asked is put away.
    pub(super) fn back(&mut self) {
        if self.form.take().is_some() {
            self.out.push(Effect::Echo(true));
            self.say(Note::Account(AccountNote::Cancelled));
        } else if self.confirm.take().is_some() {
            self.say(Note::Talk(TalkNote::Stays));
        }
    }

    /// The question before the one that is asked, if there was one.
    pub(super) fn before(&mut self) {
        if let Some(mut form) = self.form.take() {
            form.back();
            self.go_on(form);
        }
    }

    /// An answer to the question that was asked; an empty one cancels.
    pub(super) fn answered_question(&mut self, mut form: Form, typed: &Secret<String>) {
        if form.missing().is_some_and(Field::is_secret) {
            self.out.push(Effect::Echo(true));
        }
        if typed.expose().trim().is_empty() {
            return self.say(Note::Account(AccountNote::Cancelled));
        }
        if let Err(fault) = form.answer(typed) {
            self.say(Note::Account(AccountNote::Unfit(fault)));
        }
        self.go_on(form);
    }
}
