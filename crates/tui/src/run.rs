//! Everything that comes, and everything that is to be done, in one task.

use crate::app::{App, Effect, Exit, Manner, Message, Start};
use crate::clock::Clock;
use crate::face::{Face, Full, Heard};
use crate::files::{Job, Place};
use crate::input::Input;
use crate::note::{Note, TypedNote};
use crate::options::Options;
use crate::output::{Closed, Output};
use crate::screen::{self, Depth, Keys, Look, Screen, Taken};
use crate::settings::Settings;
use anyhow::Context;
use floater_client::proto::Secret;
use floater_client::proto::body::{Keep, Policy};
use floater_client::{Client, Config, Door, Happening, Profile, data_directory};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep_until, timeout};

/// `User-Agent` to the server. Strangers never see it.
pub(crate) const AGENT: &str = concat!("floater/", env!("CARGO_PKG_VERSION"));

/// What is still being kept at the end has so long for it.
const KEPT_WITHIN: Duration = Duration::from_secs(2);
/// Pictures that are decoded at once: they take memory.
const WORKERS: usize = 2;

/// Runs until the person is done.
pub(crate) async fn run(options: Options) -> anyhow::Result<Exit> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => data_directory()?,
    };
    let profile = Profile::open(&data, &options.server)?;
    let settings = Settings::of(&profile)?;
    let manner = options.manner();
    let mut config = Config::new(Keep::Token, AGENT, profile.instance());
    config.token = profile.token()?;
    config.policy = settings.policy.unwrap_or(Policy::Hidden);
    config.signs = settings.signs(manner);
    let client = Client::start(config, Door::new(options.server.clone())?)?;
    let wall = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0);
    let start = Start {
        language: options.language(settings.language),
        settings,
        email: options.email.clone(),
        password: options.password_file.as_deref().map(password).transpose()?,
        manner,
        clock: Clock::new(wall, client.now(), TimeZone::system()),
    };
    let face = match manner {
        Manner::Screen => {
            let keys = Keys::read(profile.read(screen::KEYS)?.as_deref())?;
            Face::Screen(Box::new(full(keys, settings, options.mouse)?))
        }
        Manner::Lines | Manner::Piped => Face::Lines {
            input: Input::open().context("the standard input")?,
            output: Output::open(options.plain)?,
        },
    };
    let mut program = Program {
        app: App::new(start),
        client,
        face,
        place: Arc::new(Place::within(profile.folder())?),
        profile,
        jobs: JoinSet::new(),
        keeping: JoinSet::new(),
        workers: Arc::new(Semaphore::new(WORKERS)),
        late: None,
    };
    let exit = program.live(&mut Signals::new()?).await;
    // Who closed the output does not want to read why.
    let exit = exit.unwrap_or(Exit::Failure);
    // A terminal that takes nothing keeps nobody from hearing that one has left.
    let kept = async { while program.keeping.join_next().await.is_some() {} };
    tokio::join!(program.client.stop(), program.face.close(exit), async {
        drop(timeout(KEPT_WITHIN, kept).await);
    });
    Ok(exit)
}

fn full(keys: Keys, settings: Settings, mouse: bool) -> anyhow::Result<Full> {
    let variable = |name: &str| std::env::var(name).ok();
    let told = screen::ask(variable);
    let look = Look {
        depth: Depth::of(variable),
        terminal: told.ground,
        theme: settings.theme,
    };
    let taken = Taken::take(mouse).context("the terminal")?;
    Ok(Full::new(Screen::new(look, keys, told.picker), taken))
}

fn password(file: &Path) -> anyhow::Result<Secret<String>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let text = Secret::new(text);
    let line = text.expose().lines().next().unwrap_or_default();
    Ok(Secret::from(line))
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    goes_on: Signal,
}

/// What a signal asks for.
enum Signalled {
    Message(Message),
    /// The program was stopped, and goes on.
    GoesOn,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            goes_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Signalled {
        tokio::select! {
            _ = self.interrupt.recv() => Signalled::Message(Message::Interrupt),
            _ = self.terminate.recv() => Signalled::Message(Message::Terminate),
            _ = self.hangup.recv() => Signalled::Message(Message::Terminate),
            _ = self.goes_on.recv() => Signalled::GoesOn,
        }
    }
}

struct Program {
    app: App,
    client: Client,
    face: Face,
    profile: Profile,
    place: Arc<Place>,
    jobs: JoinSet<Message>,
    /// What the person wants to keep.
    keeping: JoinSet<Message>,
    /// For those that are done at once.
    workers: Arc<Semaphore>,
    late: Option<Instant>,
}

impl Program {
    async fn live(&mut self, signals: &mut Signals) -> Result<Exit, Closed> {
        loop {
            let wants_input = self.app.wants_input();
            let message = tokio::select! {
                happening = self.client.next() => match happening {
                    Happening::Event(event) => Some(Message::Event(event)),
                    Happening::Trouble(error) => Some(Message::Trouble(error)),
                    Happening::Direct(found) => Some(Message::Found(found)),
                    Happening::Token(token) => {
                        let kept = self.profile.keep_token(token.as_ref());
                        self.told(kept).await?;
                        None
                    }
                },
                heard = self.face.next(wants_input) => self.heard(heard).await?,
                Some(done) = self.jobs.join_next() => done.ok(),
                Some(done) = self.keeping.join_next() => done.ok(),
                signalled = signals.next() => match signalled {
                    Signalled::Message(message) => Some(message),
                    Signalled::GoesOn => {
                        self.face.goes_on()?;
                        // Whoever was stopped was not there for a while.
                        self.client.online();
                        None
                    }
                },
                () = patience(self.late) => {
                    self.late = None;
                    Some(Message::Late)
                }
            };
            if let Some(exit) = self.update(message).await? {
                return Ok(exit);
            }
        }
    }

    /// What the person did.
    async fn heard(&mut self, heard: Heard) -> Result<Option<Message>, Closed> {
        match heard {
            Heard::Message(message) => Ok(Some(message)),
            Heard::Event(event) => {
                self.app.set_time(self.client.now());
                self.face.press(&self.app, event).await
            }
            Heard::Room(room) => {
                self.app.set_time(self.client.now());
                self.face.draw(&self.app, room)?;
                Ok(None)
            }
        }
    }

    /// What came, if it is a message, and what comes of it at once. A key can have consequences
    /// without being one.
    async fn update(&mut self, message: Option<Message>) -> Result<Option<Exit>, Closed> {
        let mut messages = VecDeque::from_iter(message);
        loop {
            while let Some(message) = messages.pop_front() {
                self.face.has_changed();
                for effect in self.app.update(self.client.now(), message) {
                    if let Effect::Quit(exit) = effect {
                        return Ok(Some(exit));
                    }
                    messages.extend(self.perform(effect).await?);
                }
            }
            messages.extend(self.face.follow(&self.app));
            if messages.is_empty() {
                return Ok(None);
            }
        }
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Message>, Closed> {
        let misuse = |tag| move |misuse| Message::Misuse(tag, misuse);
        match effect {
            Effect::Say(note) => self.say(&note).await?,
            Effect::Command(tag, command) => {
                return Ok(self.client.command(tag, command).map_err(misuse(tag)).err());
            }
            Effect::Offer(tag, picture, bytes) => {
                let offered = self.client.offer_picture(picture, bytes);
                return Ok(offered.map_err(misuse(tag)).err());
            }
            Effect::Work(job) => self.work(job),
            Effect::Show(made) => self.face.show(&self.app, made),
            Effect::Unsaid(text) => self.face.unsaid(&text),
            Effect::Echo(seen) => self.face.echo(seen),
            Effect::Keep(settings) => self.told(settings.keep(&self.profile)).await?,
            Effect::Patience(span) => self.wait(span),
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    fn work(&mut self, job: Job) {
        let (place, workers) = (Arc::clone(&self.place), Arc::clone(&self.workers));
        let (keeps, decodes) = (job.keeps(), job.decodes());
        let job = async move {
            // It is never closed.
            let _worker = match decodes {
                true => workers.acquire().await.ok(),
                false => None,
            };
            let done = spawn_blocking(move || job.run(&place)).await;
            // Only a defect of ours ends a job without an answer.
            done.unwrap_or_else(|error| {
                Message::Done(Note::Typed(TypedNote::Unkept(error.to_string())))
            })
        };
        if keeps {
            self.keeping.spawn(job);
        } else {
            self.jobs.spawn(job);
        }
    }

    fn wait(&mut self, span: Duration) {
        self.late = Some(Instant::now() + span);
    }

    async fn say(&mut self, note: &Note) -> Result<(), Closed> {
        self.face.say(&self.app, note).await
    }

    /// Says what could not be kept.
    async fn told<E: std::fmt::Display>(&mut self, kept: Result<(), E>) -> Result<(), Closed> {
        match kept {
            Ok(()) => Ok(()),
            Err(error) => {
                self.say(&Note::Typed(TypedNote::Unkept(error.to_string())))
                    .await
            }
        }
    }
}

async fn patience(late: Option<Instant>) {
    match late {
        Some(late) => sleep_until(late).await,
        None => std::future::pending().await,
    }
}
