//! What the program does with what happens: `update(message) -> effects`. No socket, no file, no
//! clock and no word of any language is in here. A line at a time prints what is to be said; the full
//! screen draws the state.

mod answers;
mod events;
mod lines;
mod pictures;
mod questions;
mod start;
mod typed;

pub(crate) use lines::{Shown, Standing, Talk};
pub(crate) use pictures::{Draft, Sent};
pub(crate) use start::{Manner, Start};

use crate::clock::Clock;
use crate::files::{Job, Made};
use crate::form::Form;
use crate::note::{Note, TalkNote, TypedNote, WayNote};
use crate::settings::Settings;
use crate::verb::{Place, Typed};
use floater_client::proto::body::{Account, BlockLine, Here, Language, SessionLine};
use floater_client::proto::{MessageRef, Secret};
use floater_client::{Bytes, Command, DialError, Ending, Event, Found, LinkState, Misuse, Picture};
use pictures::{Offered, Opening};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// File jobs under way, or waiting for the others.
const JOBS_MAX: usize = 16;
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
    /// A key or a button that means what could have been typed.
    Wanted(Typed),
    /// What is being written is to be said: words, a picture that is ready, or both.
    Said {
        text: String,
        /// The line it answers.
        quote: Option<usize>,
    },
    /// Something is being written, or no longer.
    Composing(bool),
    /// All lines up to this one were shown.
    Seen(usize),
    /// The picture that is ready is not to be sent.
    Dropped,
    /// A question is put away, or what was asked before it is done.
    Back,
    /// The question before is to be answered again.
    Before,
    /// The conversation before is put away.
    Forget,
    Interrupt,
    Terminate,
    /// The engine did not take a command.
    Misuse(u32, Misuse),
    /// A file job is done; this is to be said.
    Done(Note),
    /// A picture is ready to be sent in the conversation that it was made for.
    Prepared {
        begun: u64,
        picture: Picture,
        bytes: Vec<u8>,
    },
    /// Something is to be made for the screen.
    Work(Job),
    /// It is made.
    Made(Made),
    /// The patience that was asked for is over.
    Late,
}

/// What the program must do.
#[derive(Debug)]
pub(crate) enum Effect {
    Say(Note),
    Command(u32, Command),
    Offer(u32, Picture, Bytes),
    Work(Job),
    /// To be shown on the screen.
    Show(Made),
    /// To be written again: it was not said.
    Unsaid(String),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirm {
    Leave,
    Quit,
    LogOut,
    Interrupt,
}

/// Words that were said last, or wait for room.
struct Saying {
    tag: u32,
    text: String,
    quote: Option<MessageRef>,
}

/// A greeting that is awaited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    /// The last moment to greet.
    pub(crate) until: u64,
    pub(crate) met_before: bool,
    /// Who has greeted: oneself, the other.
    pub(crate) greeted: (bool, bool),
}

/// The program's state. What the screen draws can be read by it.
pub(crate) struct App {
    start: Start,
    pub(crate) now: u64,
    pub(crate) place: Place,
    pub(crate) username: String,
    email: Option<String>,
    pub(crate) form: Option<Form>,
    pub(crate) confirm: Option<Confirm>,
    pub(crate) talk: Option<Talk>,
    pub(crate) meeting: Option<Meeting>,
    /// Since when one waits.
    pub(crate) waits_since: u64,
    pub(crate) widened: bool,
    /// How the last conversation ended; until it is put away.
    pub(crate) ending: Option<Ending>,
    asked: BTreeMap<u32, Asked>,
    tag: u32,
    said: Option<Saying>,
    held: Option<Saying>,
    /// What the other side has no room for just now is not taken.
    can_say: bool,
    /// Pictures whose bytes were asked for.
    opening: VecDeque<Opening>,
    /// A picture that is ready to be sent.
    pub(crate) draft: Option<Draft>,
    /// One that was given to the engine just now.
    offered: Option<Offered>,
    /// The one that was sent last.
    pub(crate) sent: Option<Sent>,
    /// Pictures that were ready to be sent.
    drafts: u64,
    /// Conversations that were begun. What is made for one goes into no other.
    begun: u64,
    /// File jobs under way.
    jobs: usize,
    /// The stage that an answer announced has not come yet.
    settling: bool,
    pub(crate) link: LinkState,
    lost: bool,
    troubled: Option<DialError>,
    pub(crate) here: Option<Here>,
    pub(crate) account: Option<Account>,
    pub(crate) sessions: Vec<SessionLine>,
    pub(crate) blocks: Vec<BlockLine>,
    input_over: bool,
    /// The end is awaited, with patience.
    closing: bool,
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
            meeting: None,
            waits_since: 0,
            widened: false,
            ending: None,
            asked: BTreeMap::new(),
            tag: 0,
            said: None,
            held: None,
            can_say: true,
            opening: VecDeque::new(),
            draft: None,
            offered: None,
            sent: None,
            drafts: 0,
            begun: 0,
            jobs: 0,
            settling: false,
            link: LinkState::Connecting,
            lost: false,
            troubled: None,
            here: None,
            account: None,
            sessions: Vec::new(),
            blocks: Vec::new(),
            input_over: false,
            closing: false,
            out: Vec::new(),
        }
    }

    pub(crate) const fn language(&self) -> Language {
        self.start.language
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.start.clock
    }

    pub(crate) const fn settings(&self) -> Settings {
        self.start.settings
    }

    #[cfg(test)]
    pub(crate) const fn set_settings(&mut self, settings: Settings) {
        self.start.settings = settings;
    }

    /// Whether the server has not answered yet what was asked by answered questions.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.settling || self.asked.values().any(|it| matches!(it, Asked::Form(_)))
    }

    /// Whether the other side has no room for another line, or a picture is about to be one.
    pub(crate) const fn is_full(&self) -> bool {
        self.held.is_some() || self.offered.is_some() || !self.can_say
    }

    /// Whether no more work is begun until some is done.
    pub(crate) const fn is_busy(&self) -> bool {
        self.jobs >= JOBS_MAX
    }

    fn is_piped(&self) -> bool {
        self.start.manner == Manner::Piped
    }

    fn is_screen(&self) -> bool {
        self.start.manner == Manner::Screen
    }

    /// Whether another line may be read: one that needs an answer waits for it, so that what a
    /// script types comes in its order.
    pub(crate) fn wants_input(&self) -> bool {
        if self.is_screen() {
            return true;
        }
        let ready = self.place != Place::Starting || !self.is_piped();
        ready
            && !self.input_over
            && !self.settling
            && self.asked.is_empty()
            && self.held.is_none()
            && self.jobs == 0
    }

    /// What time it is, for what is drawn.
    pub(crate) const fn set_time(&mut self, now: u64) {
        self.now = now;
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
            Message::Wanted(typed) => self.wanted(typed),
            Message::Said { text, quote } => self.say_all(text, quote),
            Message::Composing(typing) => drop(self.want(Command::Typing { typing })),
            Message::Seen(number) => self.seen(number),
            Message::Dropped => self.draft = None,
            Message::Back => self.back(),
            Message::Before => self.before(),
            Message::Forget => self.forget(),
            Message::Interrupt => self.interrupt(),
            Message::Terminate => self.leave_and_quit(Exit::Terminated),
            Message::Misuse(tag, misuse) => self.misused(tag, misuse),
            Message::Done(note) => self.job_done(note),
            Message::Prepared {
                begun,
                picture,
                bytes,
            } => self.prepared(begun, picture, bytes),
            Message::Work(job) => self.work(job),
            Message::Made(made) => self.made(made),
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

    fn forget(&mut self) {
        if self.ending.take().is_some() {
            self.talk = None;
            self.want(Command::Forget);
        }
    }

    fn interrupt(&mut self) {
        if self.form.is_some() {
            return self.back();
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
            if !std::mem::replace(&mut self.closing, true) {
                self.out.push(Effect::Patience(END_WITHIN));
            }
        } else {
            self.leave_and_quit(Exit::Well);
        }
    }

    fn late(&mut self) {
        if self.input_over {
            self.leave_and_quit(Exit::Well);
        } else if self.place == Place::Starting && self.is_piped() {
            self.out.push(Effect::Quit(Exit::Failure));
        }
    }
}

#[cfg(test)]
mod tests;
