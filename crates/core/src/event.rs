//! What an interface shows. One closed list for page, window and terminal.

use bytes::Bytes;
use floater_proto::body::{
    Account, BlockLine, Here, PictureOffer, Policy, Problem, SessionEnd, SessionLine,
};
use floater_proto::{Id, MessageRef, Role, Secret};
use serde::Serialize;

/// Something to show. Times are the driver's milliseconds, as given to the engine.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// The connection to the server.
    Link {
        /// Silent when good.
        state: LinkState,
    },
    /// Where one is. Comes whenever it changes, and once after a start.
    Stage {
        /// The page to show.
        stage: Stage,
    },
    /// A command that asked the server went well.
    Answered {
        /// Of the command.
        tag: u32,
        /// What it asked for.
        answer: Answer,
    },
    /// A command that asked the server was refused, or the server could not be asked.
    Refused {
        /// Of the command.
        tag: u32,
        /// Why.
        problem: Problem,
    },
    /// How many are here.
    Here {
        /// An honest range.
        here: Here,
    },
    /// The search widened to whoever one met today.
    Widened,
    /// The session is over; the stage is the door.
    SessionEnded {
        /// Why.
        why: SessionEnd,
    },
    /// Who has greeted.
    Greeted {
        /// Oneself.
        own: bool,
        /// The other one.
        peer: bool,
    },
    /// A line of the conversation: one's own when it is said, the other's when it is verified.
    Line {
        /// To be shown last.
        line: Line,
    },
    /// What became of a line of one's own.
    Tick {
        /// Its number.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        number: u64,
        /// How far it came.
        tick: Tick,
    },
    /// The other one types, or has stopped to.
    Typing {
        /// Whether.
        typing: bool,
    },
    /// How the other one's connection is.
    Peer {
        /// Here, or away.
        peer: PeerState,
    },
    /// The path that carries the conversation.
    Path {
        /// For the chip.
        path: PathInUse,
    },
    /// The safety code is ready: seven words, the same at both.
    Safety {
        /// In order.
        words: Vec<SafetyWord>,
    },
    /// How far the bytes of a picture are.
    Picture {
        /// From the offer.
        id: Id,
        /// How far.
        state: PictureState,
    },
    /// A picture that was asked to open. Its bytes come beside this event.
    PictureOpened {
        /// From the offer.
        id: Id,
        /// Verified against the offer's hash.
        #[serde(skip)]
        #[cfg_attr(feature = "ts", ts(skip))]
        bytes: Bytes,
    },
    /// Whether a line can be said now: false while the window to the other one is full.
    CanSay {
        /// Whether.
        can: bool,
    },
}

/// The connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(
    tag = "link",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum LinkState {
    /// The first try.
    Connecting,
    /// Good.
    Up,
    /// Lost; the engine tries again by itself.
    Lost {
        /// When it tries next.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        retry_at: u64,
        /// In a conversation: until when the seat is held.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        held_until: Option<u64>,
    },
}

/// Where one is.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "at", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// The server is asked whether one is logged in.
    Starting,
    /// Nobody is logged in.
    Door,
    /// The main page.
    Main {
        /// How one is called.
        username: String,
        /// How the last conversation ended, if it just did.
        ending: Option<Ending>,
    },
    /// Waiting for somebody.
    Waiting {
        /// How one is called.
        username: String,
        /// Since when.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        since: u64,
        /// Why one waits again, if a match came to nothing.
        after: Option<Ending>,
    },
    /// Matched; both must greet.
    Greeting {
        /// One's own name.
        own: String,
        /// The other's name.
        peer: String,
        /// One's own role.
        role: Role,
        /// The last moment to greet.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        until: u64,
        /// Nobody new was there: this may be somebody whom one met today.
        met_before: bool,
    },
    /// Both have greeted.
    Talk {
        /// One's own name.
        own: String,
        /// The other's name.
        peer: String,
        /// One's own role.
        role: Role,
    },
    /// This account talks or waits in another instance.
    Elsewhere {
        /// How one is called.
        username: String,
    },
}

/// How a conversation came to its end, as a person understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// 你结束了聊天.
    YouLeft,
    /// 对方离开了.
    PeerLeft,
    /// 连接中断.
    Lost,
    /// 管理员结束了聊天.
    Moderator,
    /// One did not greet in time.
    YouSilent,
    /// The other did not greet in time.
    PeerSilent,
    /// The two programs never reached each other.
    Unreachable,
}

/// What a command asked for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(
    tag = "answer",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Answer {
    /// It is done.
    Done,
    /// A mail is on its way.
    Mailed {
        /// Makes the mail's link work with one press, here only.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        secret: Secret<String>,
    },
    /// The account.
    Account {
        /// Who one is.
        account: Account,
    },
    /// The sessions.
    Sessions {
        /// The newest first.
        sessions: Vec<SessionLine>,
    },
    /// The blocks.
    Blocks {
        /// The newest first.
        blocks: Vec<BlockLine>,
    },
    /// Everything the server knows.
    Export {
        /// JSON, to be saved as it is.
        json: String,
    },
}

/// A line of the conversation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Line {
    /// Who said it, and its number.
    pub of: MessageRef,
    /// Whether it is one's own.
    pub own: bool,
    /// When it was said or arrived.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: u64,
    /// The message it answers.
    pub quote: Option<MessageRef>,
    /// What.
    pub message: Message,
}

/// What a line holds.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Message {
    /// Words.
    Text {
        /// At most 16 KiB.
        text: String,
    },
    /// A picture.
    Picture {
        /// What was offered.
        offer: PictureOffer,
    },
}

/// How far a line of one's own came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Tick {
    /// 等待: kept here.
    Waiting,
    /// 已发: on its way.
    Sent,
    /// 已送达: the other program has it.
    Delivered,
    /// 已读: shown to the other person; only if both opted in.
    Seen,
}

/// How the other one's connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(
    tag = "peer",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum PeerState {
    /// Good.
    Here,
    /// 对方网络不稳.
    Away {
        /// Until when their seat is held.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        until: u64,
    },
}

/// The path that carries the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PathInUse {
    /// Directly between the two.
    pub direct: bool,
    /// The stricter of both policies.
    pub policy: Policy,
}

/// One word of the safety code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SafetyWord {
    /// The picture.
    pub emoji: &'static str,
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// How far the bytes of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PictureState {
    /// Bytes that have passed.
    Moving {
        /// So many.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        done: u64,
    },
    /// All bytes are there, and the hash holds.
    Complete,
    /// It will not come: too large, wrong hash, refused, or no room for unopened pictures.
    Failed,
}
