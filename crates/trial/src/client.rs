use crate::trouble::{Outcome, Trouble};
use floater_client::{Client as Driver, Config, Dial, Happening};
use floater_core::{Answer, Command, Event, Misuse, Picture, Stage};
use floater_proto::body::Keep;
use floater_proto::{Binary, Id};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// Whatever is waited for must come within this.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Events that are told when something did not come.
const LAST: usize = 12;

/// What somebody wants of the engine, and where its answer goes.
enum Wish {
    Command(u32, Command, oneshot::Sender<Result<(), Misuse>>),
    Picture(Picture, Vec<u8>, oneshot::Sender<Result<(), Misuse>>),
}

/// Runs an engine until nobody wants anything of it any more.
async fn drive(
    mut driver: Driver,
    events: mpsc::UnboundedSender<Event>,
    mut wishes: mpsc::UnboundedReceiver<Wish>,
) {
    loop {
        let wish = tokio::select! {
            wish = wishes.recv() => wish,
            happening = driver.next() => {
                if let Happening::Event(event) = happening {
                    // Who showed events may be gone before who wants things is.
                    let _ = events.send(event);
                }
                continue;
            }
        };
        let (taken, answer) = match wish {
            Some(Wish::Command(tag, command, answer)) => (driver.command(tag, command), answer),
            Some(Wish::Picture(picture, bytes, answer)) => {
                (driver.offer_picture(picture, bytes), answer)
            }
            None => return driver.stop().await,
        };
        // Who asked may have given up waiting.
        let _ = answer.send(taken);
    }
}

/// A person's program: one engine, its driver, and what it showed.
///
/// - Wanted: [`Client::want`], [`Client::ask`], [`Client::offer`].
/// - Waited for: [`Client::next`], [`Client::until`], [`Client::stage`].
/// - Nouns: [`Client::shown`], [`Client::stands`].
#[derive(Debug)]
pub struct Client {
    wishes: mpsc::UnboundedSender<Wish>,
    events: mpsc::UnboundedReceiver<Event>,
    kept: VecDeque<Event>,
    last: VecDeque<String>,
    stage: Option<Stage>,
    shown: Vec<Stage>,
    tag: u32,
}

impl Client {
    /// Starts the program.
    ///
    /// # Errors
    /// [`Trouble::Random`].
    pub fn start(door: impl Dial) -> Outcome<Self> {
        let mut instance: Id = Binary([0; 16]);
        getrandom::fill(&mut instance.0)?;
        let config = Config::new(Keep::Token, "floater-trial/0.1.0", instance);
        let driver = Driver::start(config, door)?;
        let (wishes, wished) = mpsc::unbounded_channel();
        let (showing, events) = mpsc::unbounded_channel();
        tokio::spawn(drive(driver, showing, wished));
        Ok(Self {
            wishes,
            events,
            kept: VecDeque::new(),
            last: VecDeque::new(),
            stage: None,
            shown: Vec::new(),
            tag: 0,
        })
    }

    /// Wants something that shows in events.
    ///
    /// # Errors
    /// [`Trouble::Misuse`].
    pub async fn want(&mut self, command: Command) -> Outcome<()> {
        self.tag += 1;
        let tag = self.tag;
        self.wish(|answer| Wish::Command(tag, command, answer))
            .await
    }

    /// Asks the server and waits for its answer; what is shown meanwhile is kept for later.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn ask(&mut self, command: Command) -> Outcome<Answer> {
        let name = format!("{command:?}");
        self.want(command).await?;
        let (wanted, mut others) = (self.tag, VecDeque::new());
        let waited_for = format!("the answer to {name}");
        let answer = loop {
            match self.next_for(&waited_for).await? {
                Event::Answered { tag, answer } if tag == wanted => break Ok(answer),
                Event::Refused { tag, problem } if tag == wanted => {
                    break Err(Trouble::Refused(Box::new(problem)));
                }
                other => others.push_back(other),
            }
        };
        others.append(&mut self.kept);
        self.kept = others;
        answer
    }

    /// Sends a picture.
    ///
    /// # Errors
    /// [`Trouble::Misuse`].
    pub async fn offer(&mut self, picture: Picture, bytes: Vec<u8>) -> Outcome<()> {
        self.wish(|answer| Wish::Picture(picture, bytes, answer))
            .await
    }

    /// The next event.
    ///
    /// # Errors
    /// [`Trouble::Late`] after [`PATIENCE`].
    pub async fn next(&mut self) -> Outcome<Event> {
        self.next_for("anything").await
    }

    /// Passes over events until one is it.
    ///
    /// # Errors
    /// [`Trouble::Late`] after [`PATIENCE`].
    pub async fn until<T>(
        &mut self,
        waited_for: &str,
        mut is_it: impl FnMut(&Event) -> Option<T>,
    ) -> Outcome<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            let event = self.next_before(waited_for, end).await?;
            if let Some(found) = is_it(&event) {
                return Ok(found);
            }
        }
    }

    /// Passes over events until one stands there; returns at once if one does.
    ///
    /// # Errors
    /// [`Trouble::Late`] after [`PATIENCE`].
    pub async fn stage(
        &mut self,
        waited_for: &str,
        is_it: impl Fn(&Stage) -> bool,
    ) -> Outcome<Stage> {
        if let Some(stage) = self.stage.as_ref().filter(|stage| is_it(stage)) {
            return Ok(stage.clone());
        }
        self.until(waited_for, |event| match event {
            Event::Stage { stage } if is_it(stage) => Some(stage.clone()),
            _ => None,
        })
        .await
    }

    /// All stages that were shown and read.
    #[must_use]
    pub fn shown(&self) -> &[Stage] {
        &self.shown
    }

    /// The stage of now, as far as events were read.
    #[must_use]
    pub const fn stands(&self) -> Option<&Stage> {
        self.stage.as_ref()
    }

    /// What is there already and was not read.
    pub fn next_if_there(&mut self) -> Option<Event> {
        let event = self
            .kept
            .pop_front()
            .or_else(|| self.events.try_recv().ok())?;
        self.note(&event);
        Some(event)
    }

    async fn wish(
        &mut self,
        wish: impl FnOnce(oneshot::Sender<Result<(), Misuse>>) -> Wish,
    ) -> Outcome<()> {
        let (answer, answered) = oneshot::channel();
        self.wishes.send(wish(answer)).map_err(|_| Trouble::Gone)?;
        Ok(answered.await.map_err(|_| Trouble::Gone)??)
    }

    async fn next_for(&mut self, waited_for: &str) -> Outcome<Event> {
        self.next_before(waited_for, Instant::now() + PATIENCE)
            .await
    }

    async fn next_before(&mut self, waited_for: &str, end: Instant) -> Outcome<Event> {
        let event = match self.kept.pop_front() {
            Some(event) => event,
            None => match timeout_at(end, self.events.recv()).await {
                Ok(event) => event.ok_or(Trouble::Gone)?,
                Err(_) => return Err(self.late(waited_for)),
            },
        };
        self.note(&event);
        Ok(event)
    }

    /// That something did not come.
    #[must_use]
    pub fn late(&self, waited_for: &str) -> Trouble {
        let last: Vec<&str> = self.last.iter().map(String::as_str).collect();
        Trouble::Late {
            waited_for: waited_for.to_owned(),
            last: last.join("\n"),
        }
    }

    fn note(&mut self, event: &Event) {
        if let Event::Stage { stage } = event {
            self.stage = Some(stage.clone());
            self.shown.push(stage.clone());
        }
        let mut told = format!("{event:?}");
        if told.len() > 200 {
            told = told.chars().take(200).collect();
        }
        self.last.push_back(told);
        if self.last.len() > LAST {
            self.last.pop_front();
        }
    }
}
