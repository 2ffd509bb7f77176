//! The client engine for the browser. Names only: what happens is decided in `floater-core`.

mod output;

use floater_core::{Command, Config, Drain, Engine as Core, Input, LinkId, Picture};
use js_sys::{Array, Error};
use wasm_bindgen::prelude::*;

/// The engine. Every call returns what is to be done, in order: see `Output` in `wasm.ts`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    core: Core,
}

#[wasm_bindgen]
impl Engine {
    /// An engine that has done nothing yet. `config` is JSON, `seed` 32 bytes of real chance.
    ///
    /// # Errors
    /// The configuration or the seed is not what it should be.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, seed: &[u8]) -> Result<Engine, Error> {
        let config: Config = read(config)?;
        let seed = seed
            .try_into()
            .map_err(|_| Error::new("the seed has 32 bytes"))?;
        Ok(Self {
            core: Core::new(config, seed),
        })
    }

    /// Begins.
    pub fn start(&mut self, now: f64) -> Array {
        all(self.core.start(millis(now)))
    }

    /// The link is open.
    pub fn opened(&mut self, now: f64, link: u32) -> Array {
        self.handle(now, Input::Opened(LinkId(link)))
    }

    /// The link could not be opened.
    pub fn refused(&mut self, now: f64, link: u32) -> Array {
        self.handle(now, Input::Refused(LinkId(link)))
    }

    /// The link is closed.
    pub fn closed(&mut self, now: f64, link: u32) -> Array {
        self.handle(now, Input::Closed(LinkId(link)))
    }

    /// Bytes arrived.
    pub fn bytes(&mut self, now: f64, link: u32, bytes: &[u8]) -> Array {
        self.handle(now, Input::Bytes(LinkId(link), bytes))
    }

    /// So many bytes fit into the link's buffer.
    pub fn room(&mut self, now: f64, link: u32, bytes: u32) -> Array {
        self.handle(now, Input::Room(LinkId(link), bytes as usize))
    }

    /// The moment to wake has come.
    pub fn wake(&mut self, now: f64) -> Array {
        self.handle(now, Input::Wake)
    }

    /// The network is there again.
    pub fn online(&mut self, now: f64) -> Array {
        self.handle(now, Input::Online)
    }

    /// How the cookie went.
    #[wasm_bindgen(js_name = cookieSet)]
    pub fn cookie_set(&mut self, now: f64, done: bool) -> Array {
        self.handle(now, Input::CookieSet(done))
    }

    /// A command, as JSON.
    ///
    /// # Errors
    /// The command does not fit where the engine stands.
    pub fn command(&mut self, now: f64, tag: u32, command: &str) -> Result<Array, Error> {
        let command: Command = read(command)?;
        self.core
            .command(millis(now), tag, command)
            .map(all)
            .map_err(thrown)
    }

    /// A picture to send; its description is JSON.
    ///
    /// # Errors
    /// The picture cannot be sent now, or not at all.
    #[wasm_bindgen(js_name = offerPicture)]
    pub fn offer_picture(&mut self, now: f64, picture: &str, bytes: &[u8]) -> Result<Array, Error> {
        let picture: Picture = read(picture)?;
        let offered = self
            .core
            .offer_picture(millis(now), picture, bytes.to_vec());
        offered.map(all).map_err(thrown)
    }
}

impl Engine {
    fn handle(&mut self, now: f64, input: Input<'_>) -> Array {
        all(self.core.handle(millis(now), input))
    }
}

fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(thrown)
}

fn thrown(error: impl std::fmt::Display) -> Error {
    Error::new(&error.to_string())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "JavaScript's clock is a positive number of milliseconds; a cast saturates"
)]
fn millis(now: f64) -> u64 {
    now as u64
}

fn all(drain: Drain<'_>) -> Array {
    drain.filter_map(output::to_js).collect()
}
