//! What the person types.

use super::pictures::Wanted;
use super::{App, Asked, Confirm, Exit, Saying};
use crate::files::Job;
use crate::form::{self, Field, Form, Purpose};
use crate::note::{AccountNote, Note, PictureNote, TalkNote, TypedNote};
use crate::settings::Choice;
use crate::transcript;
use crate::verb::{self, Misread, Place, Typed, Verb};
use floater_client::Command;
use floater_client::proto::body::{GREETING, Offence, Policy};
use floater_client::proto::{MessageRef, Secret, limits};
use std::path::PathBuf;

/// What 「聊一聊」 is typed as, besides its command.
const SEEK: [&str; 2] = ["聊一聊", "「聊一聊」"];

impl App {
    pub(super) fn typed(&mut self, line: &Secret<String>) {
        if let Some(form) = self.form.take() {
            let secret = form.missing().is_some_and(Field::is_secret);
            // A password may begin with anything; elsewhere a command puts the questions away.
            if secret || !line.expose().starts_with('/') {
                return self.answered_question(form, line);
            }
        }
        let confirm = self.confirm.take();
        // Ctrl-L and its like come along with what is typed.
        match verb::read(line.expose().trim_matches(char::is_control)) {
            Ok(Typed::Plain(verb @ (Verb::Leave | Verb::Quit | Verb::LogOut))) => {
                self.end(verb, confirm);
            }
            read => {
                if confirm.is_some() {
                    self.say(Note::Talk(TalkNote::Stays));
                }
                match read {
                    Ok(typed) => self.obey(typed),
                    Err(Misread::Unknown) => self.say(Note::Typed(TypedNote::Unknown)),
                    Err(Misread::Usage(verb)) => self.say(Note::Typed(TypedNote::Usage(verb))),
                }
            }
        }
    }

    /// What could have been typed was wanted in another way.
    pub(super) fn wanted(&mut self, typed: Typed) {
        match typed {
            Typed::Plain(verb @ (Verb::Leave | Verb::Quit | Verb::LogOut)) => {
                let confirm = self.confirm.take();
                self.end(verb, confirm);
            }
            // It may come by itself, and puts no question away.
            typed => self.obey(typed),
        }
    }

    fn obey(&mut self, typed: Typed) {
        if let Some(note) = self.unfit(&typed) {
            return self.say(Note::Typed(note));
        }
        match typed {
            Typed::Plain(verb) => self.plain(verb),
            Typed::LogIn(email) => self.log_in(email.as_deref()),
            Typed::Text(text) => self.text(text),
            Typed::Quote(number, text) => self.quote(number, text),
            Typed::Picture(path) => self.send_picture(path),
            Typed::Open(number) if self.is_screen() => self.open(number, Wanted::Draw),
            Typed::Open(number) | Typed::View(number) => self.open(number, Wanted::View),
            Typed::Save(number, path) => self.open(number, Wanted::Save(path)),
            Typed::Report(offence, numbers, note) => self.report(offence, &numbers, note),
            Typed::Name(name) => self.rename(name),
            Typed::Policy(policy) => self.set_policy(policy),
            Typed::Seen(seen) => self.set_seen(seen),
            Typed::EndSession(None) => self.ask(Asked::EndSession, Command::EndOtherSessions),
            Typed::EndSession(Some(number)) => self.end_session(number),
            Typed::Unblock(number) => self.unblock(number),
            Typed::Export(path) => self.ask(Asked::Export(path), Command::Export),
            Typed::Transcript(path) => self.keep_transcript(path),
            Typed::Choose(choice) => self.choose(choice),
        }
    }

    fn plain(&mut self, verb: Verb) {
        let known = self.email.clone();
        let form = |purpose| Form::new(purpose).with(Field::Email, known.as_deref());
        match verb {
            Verb::Help => self.say(Note::Typed(TypedNote::Help(self.place))),
            Verb::Register => self.at_the_door_only(Form::new(Purpose::Register)),
            Verb::Activate => self.at_the_door_only(form(Purpose::Activate)),
            Verb::Again => self.at_the_door_only(form(Purpose::Again)),
            Verb::Recover => self.at_the_door_only(Form::new(Purpose::Recover)),
            Verb::Seek => drop(self.want(Command::Seek)),
            Verb::Stop => drop(self.want(Command::StopSeeking)),
            Verb::Hello => drop(self.want(Command::Greet)),
            Verb::End => self.ask(Asked::EndElsewhere, Command::EndElsewhere),
            Verb::Block => self.block(),
            Verb::Safety => self.tell_safety(),
            Verb::Path => self.tell_path(),
            Verb::Hide => self.set_policy(Policy::Hidden),
            Verb::Account => self.ask(Asked::Account, Command::LoadAccount),
            Verb::Password => self.inside_only(Form::new(Purpose::Password)),
            Verb::Sessions => self.ask(Asked::Sessions, Command::LoadSessions),
            Verb::Blocks => self.ask(Asked::Blocks, Command::LoadBlocks),
            Verb::Delete => self.inside_only(Form::new(Purpose::Delete)),
            // The others never come without what they are about.
            other => self.say(Note::Typed(TypedNote::Usage(other))),
        }
    }

    fn log_in(&mut self, email: Option<&str>) {
        self.at_the_door_only(Form::new(Purpose::LogIn).with(Field::Email, email));
    }

    fn at_the_door_only(&mut self, form: Form) {
        match self.place {
            Place::Door => self.begin(form),
            place => self.say(Note::Typed(TypedNote::NotNow(place))),
        }
    }

    fn inside_only(&mut self, form: Form) {
        match self.place {
            Place::Door | Place::Starting => self.say(Note::Typed(TypedNote::NotNow(self.place))),
            _ => self.begin(form),
        }
    }

    fn text(&mut self, text: String) {
        match self.place {
            _ if text.trim().is_empty() => {}
            Place::Greeting if text.trim() == GREETING => drop(self.want(Command::Greet)),
            Place::Greeting => self.say(Note::Typed(TypedNote::GreetFirst)),
            Place::Main if SEEK.contains(&text.trim()) => drop(self.want(Command::Seek)),
            Place::Talk => self.speak(text, None),
            place => self.say(Note::Typed(TypedNote::NotNow(place))),
        }
    }

    /// Why a line that is named cannot be answered or reported.
    pub(crate) fn unfit(&self, typed: &Typed) -> Option<TypedNote> {
        match typed {
            Typed::Quote(..) if self.place != Place::Talk => Some(TypedNote::NotNow(self.place)),
            Typed::Quote(number, _) => {
                let line = self.talk.as_ref()?.line(*number);
                line.is_none().then_some(TypedNote::NoLine(*number))
            }
            Typed::Report(_, numbers, _) => {
                let Some(talk) = &self.talk else {
                    return Some(TypedNote::NothingToReport);
                };
                numbers.iter().find_map(|number| match talk.line(*number) {
                    None => Some(TypedNote::NoLine(*number)),
                    Some(shown) if shown.line.own => Some(TypedNote::NotTheirs(*number)),
                    Some(_) => None,
                })
            }
            _ => None,
        }
    }

    fn quote(&mut self, number: usize, text: String) {
        let line = self.talk.as_ref().and_then(|talk| talk.line(number));
        let of = line.map(|shown| shown.line.of);
        self.speak(text, of);
    }

    pub(super) fn speak(&mut self, text: String, quote: Option<MessageRef>) {
        if text.len() > limits::TEXT_MAX {
            return self.say(Note::Typed(TypedNote::LineLong));
        }
        let tag = self.want(Command::Say {
            text: text.clone(),
            quote,
        });
        self.said = Some(Saying { tag, text, quote });
    }

    /// The picture that is ready, and words. The first of them answers what is quoted.
    pub(super) fn say_all(&mut self, text: String, quote: Option<usize>) {
        let quoted = quote.and_then(|number| self.talk.as_ref()?.line(number));
        let mut quote = quoted.map(|shown| shown.line.of);
        if self.place != Place::Talk {
            return self.text(text);
        }
        let has_words = !text.trim().is_empty();
        if let Some(draft) = self.draft.take() {
            let draft = draft.answering(quote.take());
            self.offer(draft, has_words.then_some((text, None)));
        } else if has_words {
            self.speak(text, quote);
        }
    }

    pub(super) fn seen(&mut self, number: usize) {
        let shown = self.talk.as_ref().and_then(|talk| talk.line(number));
        if let Some(number) = shown.map(|shown| shown.line.of.number) {
            self.want(Command::Seen { number });
        }
    }

    fn send_picture(&mut self, path: PathBuf) {
        match self.place {
            Place::Talk if self.is_busy() => self.say(Note::Typed(TypedNote::Busy)),
            Place::Talk => {
                self.say(Note::Picture(PictureNote::Preparing));
                let begun = self.begun;
                self.work(Job::Prepare { path, begun });
            }
            place => self.say(Note::Typed(TypedNote::NotNow(place))),
        }
    }

    /// Ends the conversation, or more with it: asked twice while there is one.
    fn end(&mut self, verb: Verb, confirm: Option<Confirm>) {
        let of = match verb {
            Verb::Quit => Confirm::Quit,
            Verb::LogOut => Confirm::LogOut,
            _ => Confirm::Leave,
        };
        let talks = matches!(self.place, Place::Greeting | Place::Talk);
        let asks = talks && confirm != Some(of);
        if let Some(talk) = self.talk.as_ref().filter(|_| asks) {
            let peer = talk.peer.clone();
            self.confirm = Some(of);
            return self.say(Note::Talk(match of {
                Confirm::Quit => TalkNote::AskQuit { peer },
                Confirm::LogOut => TalkNote::AskLogOut { peer },
                Confirm::Leave | Confirm::Interrupt => TalkNote::AskLeave { peer },
            }));
        }
        match of {
            Confirm::Quit => self.leave_and_quit(Exit::Well),
            Confirm::LogOut => self.ask(Asked::LogOut, Command::LogOut),
            Confirm::Leave | Confirm::Interrupt => drop(self.want(Command::Leave)),
        }
    }

    fn report(&mut self, offence: Offence, numbers: &[usize], note: String) {
        let line = |number: &usize| self.talk.as_ref()?.line(*number);
        let lines = numbers.iter().filter_map(line);
        let messages = lines.map(|shown| shown.line.of).collect();
        let report = Command::Report {
            offence,
            note,
            messages,
        };
        self.ask(Asked::Report, report);
    }

    fn block(&mut self) {
        match &self.talk {
            Some(talk) => self.ask(Asked::Block(talk.peer.clone()), Command::Block),
            None => self.say(Note::Typed(TypedNote::NothingToReport)),
        }
    }

    fn tell_safety(&mut self) {
        let words = self.talk.as_ref().map(|talk| talk.safety.clone());
        self.say(Note::Talk(match words {
            Some(words) if !words.is_empty() => TalkNote::Safety(words),
            _ => TalkNote::SafetyNone,
        }));
    }

    fn tell_path(&mut self) {
        let talking = matches!(self.place, Place::Greeting | Place::Talk);
        let talk = self.talk.as_ref().filter(|_| talking);
        let path = talk.and_then(|talk| Some(TalkNote::Path(talk.path?, talk.found)));
        self.say(Note::Talk(path.unwrap_or(TalkNote::PathNone)));
    }

    fn rename(&mut self, name: String) {
        match form::name(&name) {
            Ok(()) => self.ask(Asked::Name, Command::ChangeUsername { username: name }),
            Err(fault) => self.say(Note::Account(AccountNote::Unfit(fault))),
        }
    }

    fn set_policy(&mut self, policy: Policy) {
        self.start.settings.policy = Some(policy);
        self.keep_settings();
        self.want(Command::SetPolicy { policy });
        self.say(Note::Account(AccountNote::Policy(policy)));
    }

    fn set_seen(&mut self, seen: bool) {
        self.start.settings.seen = seen;
        self.keep_settings();
        self.tell_signs();
        self.say(Note::Account(AccountNote::Seen(seen)));
    }

    fn tell_signs(&mut self) {
        let signs = self.start.settings.signs(self.start.manner);
        self.want(Command::SetSigns {
            typing: signs.typing,
            seen: signs.seen,
        });
    }

    fn choose(&mut self, choice: Choice) {
        let settings = &mut self.start.settings;
        match choice {
            Choice::Typing(typing) => settings.typing = typing,
            Choice::Pictures(pictures) => settings.pictures = pictures,
            Choice::Sounds(sounds) => settings.sounds = sounds,
            Choice::Theme(theme) => settings.theme = theme,
            Choice::Language(language) => {
                settings.language = Some(language);
                self.start.language = language.into();
            }
        }
        self.keep_settings();
        self.tell_signs();
    }

    fn keep_transcript(&mut self, path: PathBuf) {
        match &self.talk {
            Some(talk) => {
                let text = transcript::of(talk, self.start.language, &self.start.clock);
                self.work(Job::Transcript { path, text });
            }
            None => self.say(Note::Typed(TypedNote::NothingToReport)),
        }
    }

    fn end_session(&mut self, number: usize) {
        match nth(&self.sessions, number).map(|it| it.session) {
            Some(session) => self.ask(Asked::EndSession, Command::EndSession { session }),
            None => self.say(Note::Typed(TypedNote::NoLine(number))),
        }
    }

    fn unblock(&mut self, number: usize) {
        match nth(&self.blocks, number).map(|it| it.id) {
            Some(id) => self.ask(Asked::Unblock, Command::Unblock { id }),
            None => self.say(Note::Typed(TypedNote::NoLine(number))),
        }
    }
}

/// Of a list that was shown, whose first is 1.
fn nth<T>(list: &[T], number: usize) -> Option<&T> {
    list.get(number.checked_sub(1)?)
}
