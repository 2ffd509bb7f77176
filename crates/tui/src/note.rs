//! Everything that can be announced. A note is a fact; `words` tells it in a language.

use crate::form::{Field, Purpose};
use crate::verb::{Place, Verb};
use floater_client::picture::PictureError;
use floater_client::proto::body::{
    Account, BlockLine, Here, PictureOffer, Policy, Problem, SessionEnd, SessionLine,
};
use floater_client::{
    DialError, Ending, ExamineError, Found, Network, PathInUse, SafetyWord, Tick,
};
use std::io;
use std::path::PathBuf;

/// Something to say. Whatever others wrote is in it as it came: `words` makes it harmless.
#[derive(Debug)]
pub(crate) enum Note {
    Link(LinkNote),
    Way(WayNote),
    Talk(TalkNote),
    Picture(PictureNote),
    Account(AccountNote),
    Typed(TypedNote),
    Network(NetworkNote),
}

/// What one's network is like.
#[derive(Debug)]
pub(crate) enum NetworkNote {
    /// It takes a while.
    Looking,
    /// What was found.
    Found(Network),
    /// Nothing was.
    Fault(ExamineError),
}

/// The connection to the server.
#[derive(Debug)]
pub(crate) enum LinkNote {
    Connecting,
    Up,
    /// In a conversation: seconds for which the seat is held.
    Lost {
        held: Option<u64>,
    },
    Trouble(DialError),
}

/// Where one is.
#[derive(Debug)]
pub(crate) enum WayNote {
    Door,
    Main {
        username: String,
    },
    /// Once: whether a direct connection is allowed.
    AskPolicy,
    Here(Here),
    Waiting,
    Widened,
    Stopped,
    Met {
        own: String,
        peer: String,
        left: u64,
        before: bool,
    },
    Greeted {
        own: bool,
        peer: bool,
    },
    Opened,
    Ended(Ending),
    /// What can be done after a conversation.
    Remains,
    Elsewhere,
    SessionEnded(SessionEnd),
    Farewell,
}

/// In a conversation. Numbers are those of the lines as shown here.
#[derive(Debug)]
pub(crate) enum TalkNote {
    Line {
        number: usize,
        name: String,
        quote: Option<usize>,
        text: String,
    },
    Tick {
        number: usize,
        tick: Tick,
    },
    Typing {
        name: String,
    },
    Away {
        left: u64,
    },
    Back,
    /// How it was found, where it is a direct one that was found just now or is in use.
    Path(PathInUse, Option<Found>),
    PathNone,
    Safety(Vec<SafetyWord>),
    SafetyNone,
    Full,
    AskLeave {
        peer: String,
    },
    AskQuit {
        peer: String,
    },
    AskLogOut {
        peer: String,
    },
    AskInterrupt,
    Stays,
    /// What waited for room when the conversation ended.
    Unsaid {
        text: String,
    },
    Reported,
    /// The conversation was kept as text.
    Kept(PathBuf),
    Blocked {
        peer: String,
    },
}

/// Pictures.
#[derive(Debug)]
pub(crate) enum PictureNote {
    /// The other one's.
    Offered {
        number: usize,
        name: String,
        offer: PictureOffer,
    },
    Preparing,
    /// One's own.
    Sending {
        number: usize,
        offer: PictureOffer,
    },
    Moving {
        number: usize,
        own: bool,
        percent: u64,
    },
    Here {
        number: usize,
    },
    Arrived {
        number: usize,
    },
    Failed {
        number: usize,
        own: bool,
    },
    Unfit(PictureError),
    Undecodable,
    Saved(PathBuf),
    Shown(PathBuf),
    NoScreen,
}

/// Account and settings.
#[derive(Debug)]
pub(crate) enum AccountNote {
    Rules,
    Ask { purpose: Purpose, field: Field },
    Unfit(FieldFault),
    Cancelled,
    Mailed { purpose: Purpose, email: String },
    Activated,
    PasswordReset,
    PasswordChanged,
    Renamed,
    LoggedOut,
    AskDelete,
    Account(Account),
    Sessions(Vec<SessionLine>),
    SessionsEnded,
    Blocks(Vec<BlockLine>),
    Unblocked,
    Policy(Policy),
    Seen(bool),
    Exported(PathBuf),
    Refused(Problem),
}

/// Why what was typed into a field cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldFault {
    Email,
    NameEmpty,
    NameLong,
    NameForbidden,
    PasswordShort(usize),
    PasswordLong,
    Repeat,
    Code,
    Adult,
}

/// What was typed, and cannot be done.
#[derive(Debug)]
pub(crate) enum TypedNote {
    Help(Place),
    Unknown,
    Usage(Verb),
    /// It does not fit where one is.
    NotNow(Place),
    GreetFirst,
    NoLine(usize),
    NotTheirs(usize),
    NoPicture(usize),
    NotYet(usize),
    LineLong,
    LineFoul,
    Busy,
    NothingToReport,
    File {
        path: PathBuf,
        why: io::ErrorKind,
    },
    FileLarge(PathBuf),
    Unkept(String),
}
