//! The native client in a thread of its own, for one page after the other.

use crate::frame;
use crate::start::Start;
use crate::trouble::{Failure, Trouble};
use crate::unfinished::Unfinished;
use floater_client::proto::body::Keep;
use floater_client::{Address, Client, Command, Config, Door, Event, Happening, Picture, Profile};
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::ipc::{Channel, InvokeResponseBody};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// `User-Agent` to the server. Strangers never see it.
const AGENT: &str = concat!("floater-window/", env!("CARGO_PKG_VERSION"));
/// What the page wants and the client has not done yet; more of it waits.
const WISHES_MAX: usize = 64;
/// At the end the server hears that one leaves, if it answers so soon.
const ENDED_WITHIN: Duration = Duration::from_secs(3);

/// What a page wants.
pub(crate) enum Wish {
    Command(u32, Command),
    Offer(Picture, Vec<u8>),
    Online,
}

/// What is asked of the client, and who hears what came of it.
enum Asked {
    Wish(Wish, oneshot::Sender<Result<(), String>>),
    /// The client ends, unless two talk.
    Go(oneshot::Sender<Result<(), String>>),
    /// The client ends, and with it the conversation.
    End(oneshot::Sender<Result<(), String>>),
}

/// The engine as the page reaches it.
pub(crate) struct Engine {
    start: Start,
    page: Mutex<Option<mpsc::Sender<Asked>>>,
    talking: Arc<AtomicBool>,
}

impl Engine {
    /// Nothing runs before a page connects. Where nothing can begin, it is told why.
    pub(crate) fn new(start: Start) -> Self {
        let page = Mutex::new(None);
        Self {
            start,
            page,
            talking: Arc::default(),
        }
    }

    /// Where it began.
    pub(crate) const fn start(&self) -> &Start {
        &self.start
    }

    /// Goes to another server: the client of this page ends, and the next page has another one.
    pub(crate) async fn choose(&self, server: &str) -> Result<(), Failure> {
        let talking = || {
            let said = String::new();
            Err(Failure::Talking { said })
        };
        if self.talks() {
            return talking();
        }
        let last = self.start.place();
        self.start.choose(server)?;
        drop(timeout(ENDED_WITHIN, self.ask(Asked::Go)).await);
        // Two have met meanwhile: nobody is left for another server.
        if self.talks() {
            self.start.return_to(last?)?;
            return talking();
        }
        Ok(())
    }

    /// Whether two talk.
    pub(crate) fn talks(&self) -> bool {
        self.talking.load(Ordering::Relaxed)
    }

    /// Ends the conversation and closes the links, for a moment at most.
    pub(crate) async fn end(&self) {
        drop(timeout(ENDED_WITHIN, self.ask(Asked::End)).await);
    }

    /// Starts the client of a page and answers its clock.
    pub(crate) async fn connect(
        &self,
        events: Channel<InvokeResponseBody>,
    ) -> Result<u64, Failure> {
        let (server, profile) = self.start.place()?;
        let (wishes, asked) = mpsc::channel(WISHES_MAX);
        // The client of the page before hears that nobody wants anything of it any more.
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = Some(wishes);
        let (started, clock) = oneshot::channel();
        let talking = Arc::clone(&self.talking);
        let page = Page {
            events,
            asked,
            talking,
        };
        let life = move || live(server, &profile, page, started);
        std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(life)
            .map_err(Failure::system)?;
        clock.await.map_err(|_| Failure::system(GONE))?
    }

    /// Does what the page wants, or says why that does not fit.
    pub(crate) async fn want(&self, wish: Wish) -> Result<(), String> {
        self.ask(|done| Asked::Wish(wish, done)).await
    }

    async fn ask(
        &self,
        asked: impl FnOnce(oneshot::Sender<Result<(), String>>) -> Asked,
    ) -> Result<(), String> {
        let page = self
            .page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (done, outcome) = oneshot::channel();
        let sent = page.ok_or(GONE)?.send(asked(done)).await;
        sent.map_err(|_| GONE)?;
        outcome.await.map_err(|_| GONE)?
    }
}

const GONE: &str = "the engine does not run";
const TALK: &str = "two talk";

/// One page and what it is told.
struct Page {
    events: Channel<InvokeResponseBody>,
    asked: mpsc::Receiver<Asked>,
    talking: Arc<AtomicBool>,
}

/// What the page is told beside the answers to its calls: `ToPage` in `messages.ts`.
#[derive(Serialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
enum Told<'a> {
    Event { event: &'a Event },
    Trouble { trouble: Trouble },
}

/// The life of one client, in its thread.
fn live(
    server: Address,
    profile: &Profile,
    page: Page,
    started: oneshot::Sender<Result<u64, Failure>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(Failure::system(error)))),
    };
    runtime.block_on(async move {
        match start(server, profile) {
            Ok(client) => {
                // A page that is gone already is noticed at the first wish.
                drop(started.send(Ok(client.now())));
                serve(client, profile, page).await;
            }
            Err(failure) => drop(started.send(Err(failure))),
        }
    });
}

fn start(server: Address, profile: &Profile) -> Result<Client, Failure> {
    let mut config = Config::new(Keep::Token, AGENT, profile.instance());
    config.token = profile.token()?;
    let door = Door::new(server).map_err(Failure::system)?;
    Client::start(config, door).map_err(Failure::system)
}

async fn serve(mut client: Client, profile: &Profile, mut page: Page) {
    let mut unfinished = Unfinished::of(profile, &page.talking);
    loop {
        tokio::select! {
            happening = client.next() => tell(happening, profile, &mut unfinished, &page.events),
            asked = page.asked.recv() => match asked {
                Some(Asked::Go(done)) if page.talking.load(Ordering::Relaxed) => {
                    drop(done.send(Err(TALK.to_owned())));
                }
                Some(Asked::Go(done) | Asked::End(done)) => {
                    // Refused where there is no conversation.
                    let _ = client.command(0, Command::Leave);
                    while page.talking.load(Ordering::Relaxed) {
                        tell(client.next().await, profile, &mut unfinished, &page.events);
                    }
                    client.stop().await;
                    return drop(done.send(Ok(())));
                }
                Some(Asked::Wish(wish, done)) => drop(done.send(grant(&mut client, wish))),
                None => break,
            },
        }
    }
    client.stop().await;
}

fn grant(client: &mut Client, wish: Wish) -> Result<(), String> {
    let done = match wish {
        Wish::Command(tag, command) => client.command(tag, command),
        Wish::Offer(picture, bytes) => client.offer_picture(picture, bytes),
        Wish::Online => {
            client.online();
            Ok(())
        }
    };
    done.map_err(|misuse| misuse.to_string())
}

fn tell(
    happening: Happening,
    profile: &Profile,
    unfinished: &mut Unfinished<'_>,
    events: &Channel<InvokeResponseBody>,
) {
    match happening {
        Happening::Event(mut event) => {
            unfinished.see(&mut event);
            if let Some(told) = body(&event) {
                // A page that is gone hears nothing; its client ends by itself.
                drop(events.send(told));
            }
        }
        // What cannot be kept is asked for again at the next start.
        Happening::Token(token) => drop(profile.keep_token(token.as_ref())),
        Happening::Trouble(error) => {
            let trouble = error.into();
            drop(json(&Told::Trouble { trouble }).map(|told| events.send(told)));
        }
        Happening::Direct(_) => {}
    }
}

fn body(event: &Event) -> Option<InvokeResponseBody> {
    let told = Told::Event { event };
    if let Event::PictureOpened { bytes, .. } = event {
        return frame::join(&told, bytes).map(InvokeResponseBody::Raw).ok();
    }
    json(&told)
}

fn json(told: &Told<'_>) -> Option<InvokeResponseBody> {
    serde_json::to_string(told)
        .map(InvokeResponseBody::Json)
        .ok()
}
