//! What the program does with what happens: `update(message) -> effects`. No socket, no file, no
//! clock and no word of any language is in here; a full screen would draw the same effects.

mod answers;
mod events;
mod lines;
mod pictures;
mod typed;

use crate::files::Job;
use crate::form::{Field, Form, Purpose};
use crate::note::{AccountNote, Note, TalkNote, TypedNote, WayNote};
use crate::settings::Settings;
use crate::verb::Place;
use floater_client::proto::body::{Here, Language};
use floater_client::proto::{Id, MessageRef, Secret};
use floater_client::{Command, DialError, Event, Found, Misuse, Picture};
use lines::Talk;
use pictures::Wanted;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Whoever pipes in a script gets so long for what is still under way at its end.
const END_WITHIN: Duration = Duration::from_secs(15);
/// A script that reaches no server gives up after this.
const REACH_WITHIN: Duration = Duration::from_secs(30);

/// What comes to the program.
#[derive(Debug)]
pub(crate) enum Message {
    Event(Event),
    Trouble(DialError),
    /// A direct connection was found, and is about to carry the conversation.
    Found(Found),
    /// A line was typed.
    Typed(Secret<String>),
    /// A line that cannot be taken.
    Unreadable(TypedNote),
    InputOver,
    Interrupt,
    Terminate,
    /// The engine did not take a command.
    Misuse(u32, Misuse),
    /// A file job is done; this is to be said.
    Done(Note),
    /// A picture is ready to be sent.
    Prepared(Picture, Vec<u8>),
    /// The patience that was asked for is over.
    Late,
}

/// What the program must do.
#[derive(Debug)]
pub(crate) enum Effect {
    Say(Note),
    Command(u32, Command),
    Offer(u32, Picture, Vec<u8>),
    Work(Job),
    /// Whether what is typed is seen.
    Echo(bool),
    Keep(Settings),
    /// Come back with [`Message::Late`] after this.
    Patience(Duration),
    Quit(Exit),
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Well,
    /// Something on this machine, or no server.
    Failure,
    /// The server is not the one that was named.
    Untrusted,
    /// Another program uses the data directory.
    InUse,
    Interrupted,
    Terminated,
}

impl Exit {
    /// As shells see it; 2 is a wrong command line.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Failure => 1,
            Self::Untrusted => 3,
            Self::InUse => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// What the server was asked, to understand its answer.
enum Asked {
    Form(Form),
    LogOut,
    Account,
    Name,
    Sessions,
    EndSession,
    Blocks,
    Unblock,
    Export(std::path::PathBuf),
    EndElsewhere,
    Report,
    Block(String),
}

/// What was asked before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Confirm {
    Leave,
    Quit,
    Interrupt,
}

/// Words that were said last, or wait for room.
struct Saying {
    tag: u32,
    text: String,
    quote: Option<MessageRef>,
}

/// How the program begins.
pub(crate) struct Start {
    pub(crate) language: Language,
    pub(crate) settings: Settings,
    /// To log in with.
    pub(crate) email: Option<String>,
    pub(crate) password: Option<Secret<String>>,
    /// Nobody sits there: a script is piped in.
    pub(crate) is_piped: bool,
}

/// The program's state.
pub(crate) struct App {
    start: Start,
    now: u64,
    place: Place,
    username: String,
    email: Option<String>,
    form: Option<Form>,
    confirm: Option<Confirm>,
    talk: Option<Talk>,
    asked: BTreeMap<u32, Asked>,
    tag: u32,
    said: Option<Saying>,
    held: Option<Saying>,
    /// What the bytes of the picture that was asked for are wanted for.
    opening: Option<Wanted>,
    /// File jobs under way.
    jobs: usize,
    /// The stage that an answer announced has not come yet.
    settling: bool,
    lost: bool,
    troubled: Option<DialError>,
    here: Option<Here>,
    sessions: Vec<Id>,
    blocks: Vec<Id>,
    input_over: bool,
    /// The end is awaited, with patience.
    ending: bool,
    out: Vec<Effect>,
}

impl fmt::Debug for App {
    /// Passwords that are being typed and what people say are in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App([redacted])")
    }
}

impl App {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            email: start.email.clone(),
            start,
            now: 0,
            place: Place::Starting,
            username: String::new(),
            form: None,
            confirm: None,
            talk: None,
            asked: BTreeMap::new(),
            tag: 0,
            said: None,
            held: None,
            opening: None,
            jobs: 0,
            settling: false,
            lost: false,
            troubled: None,
            here: None,
            sessions: Vec::new(),
            blocks: Vec::new(),
            input_over: false,
            ending: false,
            out: Vec::new(),
        }
    }

    /// Whether another line may be read: one that needs an answer waits for it, so that what a
    /// script types comes in its order.
    pub(crate) fn wants_input(&self) -> bool {
        let ready = self.place != Place::Starting || !self.start.is_piped;
        ready
            && !self.input_over
            && !self.settling
            && self.asked.is_empty()
            && self.held.is_none()
            && self.jobs == 0
    }

    /// Something came. `now` is the engine's clock.
    pub(crate) fn update(&mut self, now: u64, message: Message) -> Vec<Effect> {
        self.now = now;
        match message {
            Message::Event(event) => self.event(event),
            Message::Trouble(error) => self.trouble(error),
            Message::Found(found) => self.found(found),
            Message::Typed(line) => self.typed(&line),
            Message::Unreadable(note) => self.say(Note::Typed(note)),
            Message::InputOver => self.input_over = true,
            Message::Interrupt => self.interrupt(),
            Message::Terminate => self.leave_and_quit(Exit::Terminated),
            Message::Misuse(tag, misuse) => self.misused(tag, misuse),
            Message::Done(note) => self.job_done(note),
            Message::Prepared(picture, bytes) => self.prepared(picture, bytes),
            Message::Late => self.late(),
        }
        self.end_if_over();
        std::mem::take(&mut self.out)
    }

    fn say(&mut self, note: Note) {
        self.out.push(Effect::Say(note));
    }

    /// Asks the engine for something that shows in events.
    fn want(&mut self, command: Command) -> u32 {
        self.tag = self.tag.wrapping_add(1);
        self.out.push(Effect::Command(self.tag, command));
        self.tag
    }

    /// Asks for something that is answered.
    fn ask(&mut self, asked: Asked, command: Command) {
        let tag = self.want(command);
        self.asked.insert(tag, asked);
    }

    fn work(&mut self, job: Job) {
        self.jobs += 1;
        self.out.push(Effect::Work(job));
    }

    fn job_done(&mut self, note: Note) {
        self.jobs = self.jobs.saturating_sub(1);
        self.say(note);
    }

    fn keep_settings(&mut self) {
        self.out.push(Effect::Keep(self.start.settings));
    }

    /// Begins to ask questions; what is known is not asked.
    fn begin(&mut self, form: Form) {
        match form.purpose {
            Purpose::Register => self.say(Note::Account(AccountNote::Rules)),
            Purpose::Delete => self.say(Note::Account(AccountNote::AskDelete)),
            _ => {}
        }
        self.go_on(form);
    }

    fn go_on(&mut self, form: Form) {
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

    /// An answer to the question that was asked; an empty one cancels.
    fn answered_question(&mut self, mut form: Form, typed: &Secret<String>) {
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

    fn interrupt(&mut self) {
        if self.form.take().is_some() {
            self.out.push(Effect::Echo(true));
            return self.say(Note::Account(AccountNote::Cancelled));
        }
        let talking = matches!(self.place, Place::Greeting | Place::Talk);
        if talking && self.confirm != Some(Confirm::Interrupt) {
            self.confirm = Some(Confirm::Interrupt);
            return self.say(Note::Talk(TalkNote::AskInterrupt));
        }
        self.leave_and_quit(Exit::Interrupted);
    }

    /// Ends what there is, and the program.
    fn leave_and_quit(&mut self, exit: Exit) {
        match self.place {
            Place::Greeting | Place::Talk => drop(self.want(Command::Leave)),
            Place::Waiting => drop(self.want(Command::StopSeeking)),
            _ => {}
        }
        self.say(Note::Way(WayNote::Farewell));
        self.out.push(Effect::Quit(exit));
    }

    /// The input is over: what is under way is awaited, for a while.
    fn end_if_over(&mut self) {
        if !self.input_over {
            return;
        }
        let undelivered =
            self.place == Place::Talk && self.talk.as_ref().is_some_and(Talk::is_undelivered);
        let busy = undelivered || self.held.is_some() || self.settling || self.jobs > 0;
        if busy || !self.asked.is_empty() {
            if !std::mem::replace(&mut self.ending, true) {
                self.out.push(Effect::Patience(END_WITHIN));
            }
        } else {
            self.leave_and_quit(Exit::Well);
        }
    }

    fn late(&mut self) {
        if self.input_over {
            self.leave_and_quit(Exit::Well);
        } else if self.place == Place::Starting && self.start.is_piped {
            self.out.push(Effect::Quit(Exit::Failure));
        }
    }
}

#[cfg(test)]
mod tests;
