use crate::{Command, Config, Drain, Input, Misuse, Output, Picture};
use std::collections::VecDeque;

/// The client engine: one person at one server.
///
/// - Arrived: [`Engine::start`], [`Engine::handle`].
/// - Wanted: [`Engine::command`], [`Engine::offer_picture`].
/// - To do: the [`Drain`] that each of these returns.
///
/// Time is the driver's: milliseconds that never run backwards. The generator is seeded once.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    out: VecDeque<Output>,
}

impl Engine {
    /// An engine that has done nothing yet.
    #[must_use]
    pub fn new(config: Config, _seed: [u8; 32]) -> Self {
        Self { config, out: VecDeque::new() }
    }

    /// Begins: connects, and resumes the session if there is one.
    pub fn start(&mut self, _now: u64) -> Drain<'_> {
        Drain(&mut self.out)
    }

    /// Something arrived.
    pub fn handle(&mut self, _now: u64, _input: Input<'_>) -> Drain<'_> {
        Drain(&mut self.out)
    }

    /// The person wants something. `tag` comes back in `Answered` and `Refused`.
    ///
    /// # Errors
    /// [`Misuse`], if it does not fit where the engine stands.
    pub fn command(
        &mut self,
        _now: u64,
        _tag: u32,
        _command: Command,
    ) -> Result<Drain<'_>, Misuse> {
        let _ = &self.config;
        Ok(Drain(&mut self.out))
    }

    /// Sends a picture, already turned, scaled and re-encoded.
    ///
    /// # Errors
    /// [`Misuse`], if there is no conversation, or the picture cannot be sent.
    pub fn offer_picture(
        &mut self,
        _now: u64,
        _picture: Picture,
        _bytes: Vec<u8>,
    ) -> Result<Drain<'_>, Misuse> {
        Ok(Drain(&mut self.out))
    }
}
