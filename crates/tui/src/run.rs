//! Everything that comes, and everything that is to be done, in one task.

use crate::app::{App, Effect, Exit, Message, Start};
use crate::files::{Job, Place};
use crate::input::Input;
use crate::note::{Note, TypedNote};
use crate::options::Options;
use crate::output::{Closed, Output};
use crate::settings::Settings;
use crate::words::tell;
use anyhow::Context;
use floater_client::proto::Secret;
use floater_client::proto::body::{Keep, Language, Policy};
use floater_client::{Client, Config, Door, Happening, Profile, data_directory};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// `User-Agent` to the server. Strangers never see it.
pub(crate) const AGENT: &str = concat!("floater/", env!("CARGO_PKG_VERSION"));

/// Runs until the person is done.
pub(crate) async fn run(options: Options) -> anyhow::Result<Exit> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => data_directory()?,
    };
    let profile = Profile::open(&data, &options.server)?;
    let settings = Settings::of(&profile)?;
    let input = Input::open().context("the standard input")?;
    let start = Start {
        language: options.language(),
        settings,
        email: options.email.clone(),
        password: options.password_file.as_deref().map(password).transpose()?,
        is_piped: input.is_piped(),
    };
    let mut config = Config::new(Keep::Token, AGENT, profile.instance());
    config.token = profile.token()?;
    config.policy = settings.policy.unwrap_or(Policy::Hidden);
    config.signs = settings.signs();
    let client = Client::start(config, Door::new(options.server)?)?;
    let mut program = Program {
        language: start.language,
        app: App::new(start),
        client,
        input,
        output: Output::open(options.plain)?,
        place: Arc::new(Place::within(profile.folder())?),
        profile,
        jobs: JoinSet::new(),
        late: None,
    };
    let exit = program.live(&mut Signals::new()?).await;
    program.client.stop().await;
    program.output.close().await;
    // Who closed the output does not want to read why.
    Ok(exit.unwrap_or(Exit::Failure))
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
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Message {
        tokio::select! {
            _ = self.interrupt.recv() => Message::Interrupt,
            _ = self.terminate.recv() => Message::Terminate,
            _ = self.hangup.recv() => Message::Terminate,
        }
    }
}

struct Program {
    language: Language,
    app: App,
    client: Client,
    input: Input,
    output: Output,
    profile: Profile,
    place: Arc<Place>,
    jobs: JoinSet<Message>,
    late: Option<Instant>,
}

impl Program {
    async fn live(&mut self, signals: &mut Signals) -> Result<Exit, Closed> {
        loop {
            let message = tokio::select! {
                happening = self.client.next() => match happening {
                    Happening::Event(event) => Message::Event(event),
                    Happening::Trouble(error) => Message::Trouble(error),
                    Happening::Direct(found) => Message::Found(found),
                    Happening::Token(token) => {
                        let kept = self.profile.keep_token(token.as_ref());
                        self.told(kept).await?;
                        continue;
                    }
                },
                message = self.input.next(), if self.app.wants_input() => message,
                Some(done) = self.jobs.join_next() => match done {
                    Ok(message) => message,
                    // Only a defect of ours ends a job without an answer.
                    Err(error) => Message::Done(Note::Typed(TypedNote::Unkept(error.to_string()))),
                },
                message = signals.next() => message,
                () = patience(self.late) => {
                    self.late = None;
                    Message::Late
                }
            };
            if let Some(exit) = self.update(message).await? {
                return Ok(exit);
            }
        }
    }

    /// One message, and what comes of it at once.
    async fn update(&mut self, message: Message) -> Result<Option<Exit>, Closed> {
        let mut messages = VecDeque::from([message]);
        while let Some(message) = messages.pop_front() {
            for effect in self.app.update(self.client.now(), message) {
                if let Effect::Quit(exit) = effect {
                    return Ok(Some(exit));
                }
                messages.extend(self.perform(effect).await?);
            }
        }
        Ok(None)
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
            // A terminal that cannot hide what is typed says nothing of it either.
            Effect::Echo(seen) => drop(self.input.echo(seen)),
            Effect::Keep(settings) => self.told(settings.keep(&self.profile)).await?,
            Effect::Patience(span) => self.wait(span),
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    fn work(&mut self, job: Job) {
        let place = Arc::clone(&self.place);
        self.jobs.spawn_blocking(move || job.run(&place));
    }

    fn wait(&mut self, span: Duration) {
        self.late = Some(Instant::now() + span);
    }

    async fn say(&self, note: &Note) -> Result<(), Closed> {
        for line in tell(self.language, note) {
            self.output.print(note.tone(), &line).await?;
        }
        Ok(())
    }

    /// Says what could not be kept.
    async fn told<E: std::fmt::Display>(&self, kept: Result<(), E>) -> Result<(), Closed> {
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
