//! What a person can want. One closed list for page, window and terminal.

use floater_proto::body::{Language, Offence, PictureKind, Policy};
use floater_proto::{Id, MessageRef, Secret};
use serde::{Deserialize, Serialize};

/// A wish. Those that ask the server are answered by one [`crate::Event::Answered`] or
/// [`crate::Event::Refused`] with the tag they were given; the others show in events.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Command {
    /// Asks for an account. Answers `mailed`.
    Register {
        /// Where the code goes.
        email: String,
        /// How one is called.
        username: String,
        /// 8 to 128 characters.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        password: Secret<String>,
        /// Eighteen or older, rules accepted.
        adult: bool,
        /// Of the mail.
        language: Language,
    },
    /// Activates the account. Answers `done`.
    Activate {
        /// From the mail.
        proof: Proof,
    },
    /// Asks for the activation mail again. Answers `mailed`.
    SendAgain {
        /// Where the code goes.
        email: String,
        /// Of the mail.
        language: Language,
    },
    /// Asks for a recovery mail. Answers `mailed`.
    Recover {
        /// Where the code goes.
        email: String,
        /// Of the mail.
        language: Language,
    },
    /// Sets a new password with what the recovery mail proves. Answers `done`.
    ResetPassword {
        /// From the mail.
        proof: Proof,
        /// 8 to 128 characters.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        new: Secret<String>,
    },
    /// Logs in. Answers `done`; the stage follows.
    LogIn {
        /// The address.
        email: String,
        /// The password.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        password: Secret<String>,
    },
    /// Logs out; ends the conversation, if there is one. Answers `done`.
    LogOut,
    /// Answers `account`.
    LoadAccount,
    /// Answers `done`; all other sessions end.
    ChangePassword {
        /// The password of now.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        current: Secret<String>,
        /// 8 to 128 characters.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        new: Secret<String>,
    },
    /// Answers `done`.
    ChangeUsername {
        /// How one is called from now on.
        username: String,
    },
    /// Answers `sessions`.
    LoadSessions,
    /// Ends another session. Answers `done`.
    EndSession {
        /// From the list.
        session: Id,
    },
    /// Ends all other sessions. Answers `done`.
    EndOtherSessions,
    /// Answers `blocks`.
    LoadBlocks,
    /// Takes a block back. Answers `done`.
    Unblock {
        /// From the list.
        id: Id,
    },
    /// Everything the server knows of the account. Answers `export`.
    Export,
    /// Deletes the account. Answers `done`; the stage follows.
    DeleteAccount {
        /// The password of now.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        password: Secret<String>,
    },
    /// Whether a direct path may be tried: from the next match on. Hiding counts at once.
    SetPolicy {
        /// Direct or hidden.
        policy: Policy,
    },
    /// What the other one may know: that one types, that one has seen.
    SetSigns {
        /// Tell that one types.
        typing: bool,
        /// Tell what one has seen, and be told (only if both do).
        seen: bool,
    },
    /// 「聊一聊」.
    Seek,
    /// Stops waiting.
    StopSeeking,
    /// 「你好」.
    Greet,
    /// Says a line. Refused as misuse before both have greeted, empty, or over its limit.
    Say {
        /// What.
        text: String,
        /// The message it answers.
        #[cfg_attr(feature = "ts", ts(optional))]
        quote: Option<MessageRef>,
    },
    /// One types, or has stopped to. The engine decides how often that is told.
    Typing {
        /// Whether one types.
        typing: bool,
    },
    /// All messages of the other up to this number were shown.
    Seen {
        /// Message number.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        number: u64,
    },
    /// Opens a received picture: [`crate::Event::PictureOpened`] follows.
    OpenPicture {
        /// From the offer.
        id: Id,
    },
    /// The red button, confirmed.
    Leave,
    /// Ends the conversation that this account holds in another instance. Answers `done`.
    EndElsewhere,
    /// Reports the conversation of now or the last one. Answers `done`.
    Report {
        /// What happened.
        offence: Offence,
        /// In the reporter's words.
        note: String,
        /// What the reporter chose to open.
        messages: Vec<MessageRef>,
    },
    /// Never meet the partner of now, or the last one, again. Answers `done`.
    Block,
    /// The last conversation is put away: nothing of it can be reported, blocked or saved now.
    Forget,
}

/// That one reads the mails of an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Proof {
    /// From the mail's link, with the secret of who asked for it.
    Link {
        /// From the link.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        token: Secret<String>,
        /// From the answer `mailed`.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        secret: Secret<String>,
    },
    /// Typed.
    Code {
        /// The address.
        email: String,
        /// Eight characters.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        code: Secret<String>,
    },
}

/// A picture to send, already turned, scaled and re-encoded by the interface. It crosses as bytes
/// beside this description.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Picture {
    /// What it is made of.
    pub kind: PictureKind,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// base64url of at most 25 bytes.
    pub thumbhash: String,
    /// The original moved; this is its first frame.
    pub still: bool,
    /// The message it answers.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub quote: Option<MessageRef>,
}
