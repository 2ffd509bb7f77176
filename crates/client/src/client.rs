use crate::hands::{Hands, Via};
use crate::link::Came;
use crate::proto::Secret;
use crate::{
    Bytes, Command, Config, Dial, DialError, DirectInput, Engine, Event, Found, Input, Misuse,
    Picture,
};
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};
use zeroize::Zeroizing;

/// Something for the program.
#[derive(Debug)]
pub enum Happening {
    /// To be shown.
    Event(Event),
    /// To be kept for the next start, or forgotten.
    Token(Option<Secret<String>>),
    /// Why the server was not reached just now. The engine tries again by itself.
    Trouble(DialError),
    /// A direct connection was found; that it carries the conversation is an event that follows.
    Direct(Found),
}

/// The system has no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system has no random bytes: {0}")]
pub struct StartError(#[from] getrandom::Error);

/// One person's engine with its links and timers, in the task of who calls it.
///
/// - Waited for: [`Client::next`].
/// - Wanted: [`Client::command`], [`Client::offer_picture`], [`Client::online`].
/// - The end: [`Client::stop`].
///
/// Nothing is read, written or told unless [`Client::next`] is awaited.
pub struct Client {
    engine: Engine,
    hands: Hands,
}

impl fmt::Debug for Client {
    /// The engine holds keys, and the links what is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client([redacted])")
    }
}

impl Client {
    /// Begins to connect. Direct paths are found here, whatever the configuration says of that.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(config: Config, door: impl Dial) -> Result<Self, StartError> {
        let punches = true;
        let config = Config { punches, ..config };
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut())?;
        let mut client = Self {
            engine: Engine::new(config, *seed),
            hands: Hands::new(Box::new(door)),
        };
        let Self { engine, hands } = &mut client;
        engine
            .start(hands.now())
            .for_each(|output| hands.obey(output));
        Ok(client)
    }

    /// What happens next. Dropped half-way, nothing is lost.
    pub async fn next(&mut self) -> Happening {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The person wants something. `tag` comes back in `Answered` and `Refused`.
    ///
    /// # Errors
    /// [`Misuse`], if it does not fit where the engine stands.
    pub fn command(&mut self, tag: u32, command: Command) -> Result<(), Misuse> {
        let Self { engine, hands } = self;
        engine
            .command(hands.now(), tag, command)?
            .for_each(|output| hands.obey(output));
        Ok(())
    }

    /// Sends a picture as [`crate::picture::prepare`] made it.
    ///
    /// # Errors
    /// [`Misuse`], if there is no conversation, or the picture cannot be sent.
    pub fn offer_picture(
        &mut self,
        picture: Picture,
        bytes: impl Into<Bytes>,
    ) -> Result<(), Misuse> {
        let Self { engine, hands } = self;
        engine
            .offer_picture(hands.now(), picture, bytes)?
            .for_each(|output| hands.obey(output));
        Ok(())
    }

    /// The network is there again, or another one. Where the system tells, this is done by itself.
    pub fn online(&mut self) {
        self.hands.network();
        self.handle(Input::Online);
    }

    /// The engine's clock, in which the times of events count: milliseconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.hands.now()
    }

    /// Closes the links and lets them say their last words, for a moment at most.
    pub async fn stop(mut self) {
        let Self { engine, hands } = &mut self;
        engine
            .stop(hands.now())
            .for_each(|output| hands.obey(output));
        poll_fn(|context| hands.poll_leaving(context)).await;
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Happening> {
        loop {
            if let Some(happening) = self.hands.told() {
                return Poll::Ready(happening);
            }
            if self.hands.poll_alarm(context).is_ready() {
                self.handle(Input::Wake);
                continue;
            }
            if self.hands.poll_network(context).is_ready() {
                self.online();
                continue;
            }
            // Before the links: what a connection said before it became one comes first.
            if let Poll::Ready(told) = self.hands.poll_direct(context) {
                self.handle(Input::Direct(told.input()));
                continue;
            }
            match self.hands.poll_links(context) {
                Poll::Ready((via, came)) => self.came(via, came),
                Poll::Pending => {
                    // Whether links that are being closed have ended is nobody's concern.
                    let _ = self.hands.poll_leaving(context);
                    return Poll::Pending;
                }
            }
        }
    }

    fn came(&mut self, via: Via, came: Came) {
        let Self { engine, hands } = self;
        let now = hands.now();
        let input = match (via, came) {
            (Via::Server(id), Came::Opened(_)) => Input::Opened(id),
            (Via::Server(id), Came::Bytes(length)) => Input::Bytes(id, hands.scratch(length)),
            (Via::Server(id), Came::Room(room)) => Input::Room(id, room),
            (Via::Server(id), Came::Closed) => Input::Closed(id),
            (Via::Server(id), Came::Refused(error)) => {
                hands.tell(Happening::Trouble(error));
                Input::Refused(id)
            }
            (Via::Direct(id), Came::Bytes(length)) => {
                Input::Direct(DirectInput::Bytes(id, hands.scratch(length)))
            }
            (Via::Direct(id), Came::Room(room)) => Input::Direct(DirectInput::Room(id, room)),
            (Via::Direct(id), Came::Closed) => Input::Direct(DirectInput::Closed(id)),
            // Who was elected is open already.
            (Via::Direct(_), Came::Opened(_) | Came::Refused(_)) => return,
        };
        // What the engine wants borrows only the engine.
        let drain = engine.handle(now, input);
        drain.for_each(|output| hands.obey(output));
    }

    fn handle(&mut self, input: Input<'_>) {
        let Self { engine, hands } = self;
        engine
            .handle(hands.now(), input)
            .for_each(|output| hands.obey(output));
    }
}
