use crate::{DirectInput, DirectOutput, Event};
use bytes::Bytes;
use floater_proto::Secret;
use std::collections::VecDeque;

/// Names a link between an engine and the server. The engine draws it with [`Output::Dial`] and
/// never uses it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);

/// What a driver tells the engine.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The link that was dialled is open.
    Opened(LinkId),
    /// Bytes arrived, cut anywhere.
    Bytes(LinkId, &'a [u8]),
    /// The link is closed, by whomever.
    Closed(LinkId),
    /// The link could not be opened.
    Refused(LinkId),
    /// The driver's buffer of the link has room for so many bytes. Said after it opened and
    /// whenever the buffer got emptier; lets pieces of pictures out. All else always fits.
    Room(LinkId, usize),
    /// The moment of the latest [`Output::Wake`] has come.
    Wake,
    /// The network is there again, or has changed.
    Online,
    /// How the last [`Output::Cookie`] went.
    CookieSet(bool),
    /// Of direct paths; from a driver that can find them ([`crate::Config::punches`]).
    Direct(DirectInput<'a>),
}

/// What a driver must do.
#[derive(Debug)]
pub enum Output {
    /// Connect to the server under this name.
    Dial(LinkId),
    /// Send bytes, after all earlier ones of this link.
    Send(LinkId, Bytes),
    /// Close the link, or stop dialling it. Nothing more is expected of it.
    Close(LinkId, Closing),
    /// `POST /cookie`: with the code, or empty, which clears it. Answered by
    /// [`Input::CookieSet`].
    Cookie(Option<Secret<String>>),
    /// Keep the token for the next start, or forget it.
    Token(Option<Secret<String>>),
    /// For a direct path; to a driver that can find one ([`crate::Config::punches`]) only.
    Direct(DirectOutput),
    /// Give [`Input::Wake`] at this moment. It replaces the earlier one.
    Wake(u64),
    /// Show this.
    Event(Event),
}

/// Why a link is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Another link takes its place: the seat is to be held. Never close code 1001.
    Reconnect,
    /// For good.
    Goodbye,
}

/// A command that does not fit where the engine stands. The caller is at fault; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// Somebody is logged in already.
    #[error("somebody is logged in already")]
    LoggedIn,
    /// Nobody is logged in.
    #[error("nobody is logged in")]
    LoggedOut,
    /// It fits the main page only.
    #[error("this can be wanted on the main page only")]
    NotOnMain,
    /// Nobody waits here.
    #[error("nobody waits here")]
    NotWaiting,
    /// There is no conversation.
    #[error("there is no conversation")]
    NoConversation,
    /// There was no conversation within the last ten minutes.
    #[error("there is no conversation to look back at")]
    NothingRemembered,
    /// Both must greet first, and one may greet once.
    #[error("both greet first, and once")]
    Greeting,
    /// The line is empty or over its limit, or the window is full.
    #[error("the line cannot be said")]
    Line,
    /// The picture is empty, over a limit, or not of its kind; or the window is full.
    #[error("the picture cannot be sent")]
    Picture,
    /// There is no such picture, or it is not complete.
    #[error("the picture cannot be opened")]
    NoPicture,
    /// No other instance holds the conversation.
    #[error("no other instance holds the conversation")]
    NotElsewhere,
    /// A picture crosses by [`crate::Engine::offer_picture`]; a report is under way already.
    #[error("the same is under way already")]
    Busy,
}

/// What the driver must do, in order. It pops from the engine's queue: dropping it loses nothing,
/// the rest comes first the next time.
#[derive(Debug)]
#[must_use = "the driver must do what the engine wants"]
pub struct Drain<'a>(pub(crate) &'a mut VecDeque<Output>);

impl Iterator for Drain<'_> {
    type Item = Output;
    fn next(&mut self) -> Option<Output> {
        self.0.pop_front()
    }
}
