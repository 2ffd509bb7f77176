//! Does what an engine says.

use crate::link::{Arrived, Door, Outbox, dial};
use floater_core::{Command, Config, Engine, Event, Input, LinkId, Misuse, Output, Picture};
use floater_proto::Id;
use floater_proto::body::Keep;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// What came of links and waits for the engine.
const ARRIVED_MAX: usize = 64;

/// What somebody wants of the engine, and where its answer goes.
pub(crate) enum Wish {
    Command(u32, Command, oneshot::Sender<Result<(), Misuse>>),
    Picture(Picture, Vec<u8>, oneshot::Sender<Result<(), Misuse>>),
}

pub(crate) struct Driver {
    engine: Engine,
    door: Door,
    began: Instant,
    wake: Option<u64>,
    links: HashMap<LinkId, Outbox>,
    arrived: mpsc::Sender<(LinkId, Arrived)>,
    events: mpsc::UnboundedSender<Event>,
}

impl Driver {
    /// Runs an engine until nobody wants anything of it any more.
    pub(crate) async fn run(
        door: Door,
        seed: [u8; 32],
        events: mpsc::UnboundedSender<Event>,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
    ) {
        let (arrived, mut arrivals) = mpsc::channel(ARRIVED_MAX);
        let mut instance = [0; 16];
        instance.copy_from_slice(&seed[..16]);
        let config = Config::new(Keep::Token, "floater-trial/0.1.0", Id::from(instance));
        let mut driver = Self {
            engine: Engine::new(config, seed),
            door,
            began: Instant::now(),
            wake: None,
            links: HashMap::new(),
            arrived,
            events,
        };
        let outputs = driver.engine.start(0).collect();
        driver.obey(outputs);
        loop {
            tokio::select! {
                wish = wishes.recv() => match wish {
                    Some(wish) => driver.wished(wish),
                    None => return driver.stop(),
                },
                Some((link, arrived)) = arrivals.recv() => driver.arrived(link, arrived),
                () = alarm(driver.began, driver.wake) => driver.woken(),
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn wished(&mut self, wish: Wish) {
        let now = self.now();
        let (result, answer) = match wish {
            Wish::Command(tag, command, answer) => {
                let result = self.engine.command(now, tag, command);
                (result.map(Iterator::collect), answer)
            }
            Wish::Picture(picture, bytes, answer) => {
                let result = self.engine.offer_picture(now, picture, bytes);
                (result.map(Iterator::collect), answer)
            }
        };
        // Who asked may have given up waiting.
        let _ = match result {
            Ok(outputs) => {
                self.obey(outputs);
                answer.send(Ok(()))
            }
            Err(misuse) => answer.send(Err(misuse)),
        };
    }

    fn arrived(&mut self, link: LinkId, arrived: Arrived) {
        if !self.links.contains_key(&link) {
            return;
        }
        let input = match &arrived {
            Arrived::Opened => Input::Opened(link),
            Arrived::Bytes(bytes) => Input::Bytes(link, bytes),
            Arrived::Room(room) => Input::Room(link, *room),
            Arrived::Over { was_open: true } => Input::Closed(link),
            Arrived::Over { was_open: false } => Input::Refused(link),
        };
        if let Arrived::Over { .. } = arrived {
            self.links.remove(&link);
        }
        let outputs = self.engine.handle(self.now(), input).collect();
        self.obey(outputs);
    }

    fn woken(&mut self) {
        self.wake = None;
        let outputs = self.engine.handle(self.now(), Input::Wake).collect();
        self.obey(outputs);
    }

    fn stop(&mut self) {
        let outputs = self.engine.stop(self.now()).collect();
        self.obey(outputs);
    }

    fn obey(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Dial(link) => {
                    let outbox = dial(link, self.door, self.arrived.clone());
                    self.links.insert(link, outbox);
                }
                Output::Send(link, bytes) => {
                    if let Some(outbox) = self.links.get(&link) {
                        outbox.send(bytes);
                    }
                }
                Output::Close(link, closing) => {
                    if let Some(outbox) = self.links.remove(&link) {
                        outbox.close(closing);
                    }
                }
                Output::Wake(at) => self.wake = Some(at),
                Output::Event(event) => {
                    let _ = self.events.send(event);
                }
                // The engine holds the token; this program does not start again. A native
                // client has no cookie.
                // It finds no direct paths, and is asked for none.
                Output::Token(_) | Output::Cookie(_) | Output::Direct(_) => {}
            }
        }
    }
}

async fn alarm(began: Instant, wake: Option<u64>) {
    match wake {
        Some(at) => tokio::time::sleep_until(began + Duration::from_millis(at)).await,
        None => std::future::pending().await,
    }
}
