use floater_proto::body::{Language, Offence, SignedMessage};
use floater_proto::{Binary, Email, Id, MessageRef, Secret, Username};

/// Names an account: 63 random bits.
pub type AccountId = u64;

/// An account.
#[derive(Debug, Clone)]
pub struct AccountRecord {
    /// Names it.
    pub id: AccountId,
    /// Its address.
    pub email: Email,
    /// How it is called.
    pub username: Username,
    /// The hash of its password.
    pub password: Vec<u8>,
    /// The hash of the password that somebody registered this address with although it has an
    /// account: it waits as long as that of an address without one.
    pub decoy: Option<Vec<u8>>,
    /// Of its mails.
    pub language: Language,
    /// Registered then, in Unix seconds.
    pub created: u64,
    /// Whether somebody proved to read its address.
    pub activated: bool,
    /// Why it may not log in.
    pub suspended: Option<String>,
}

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To activate the account.
    Activation,
    /// To set a new password.
    Recovery,
}

/// A code that went out. It has the id of its mail, of which code and token are derived.
#[derive(Debug, Clone)]
pub struct CodeRecord {
    /// The mail.
    pub mail: Id,
    /// Whose address it proves.
    pub email: Email,
    /// What it is for.
    pub purpose: Purpose,
    /// The hash of the secret of who asked.
    pub secret: Binary<32>,
}

/// A session.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// Names it.
    pub id: Id,
    /// Whose it is.
    pub account: AccountId,
    /// The `User-Agent` it was opened with.
    pub agent: String,
    /// Opened then, in Unix seconds.
    pub created: u64,
    /// Last used then, to the hour.
    pub used: u64,
}

/// Sessions of one account; the oldest beyond goes.
pub const SESSIONS_MAX: usize = 32;
/// Blocks of one account.
pub const BLOCKS_MAX: usize = 200;
/// Messages of one report, in all its requests; what comes beyond is not kept.
pub const REPORTED_MAX: usize = 200;
/// Codes of one address and purpose that can be used at the same time.
pub const CODES_MAX: usize = 3;
/// Wrong tries that a code bears.
pub const CODE_TRIES: u32 = 5;
/// An activation code lives this long after its mail went out, in seconds.
pub const ACTIVATION_LIFE: u64 = 3 * 24 * 3600;
/// A recovery code lives this long after its mail went out, in seconds.
pub const RECOVERY_LIFE: u64 = 2 * 3600;
/// A mail is given up this long after it was asked for, in seconds.
pub const MAIL_LIFE: u64 = 24 * 3600;
/// The longest wait between two tries to send a mail, in seconds.
pub const RETRY_MAX: u64 = 3600;
/// What was registered and not activated is forgotten so long after the last mail that was asked
/// for its address, in seconds: no code of that mail lives longer.
pub const REGISTRATION_LIFE: u64 = MAIL_LIFE + ACTIVATION_LIFE;
/// A session unused for so long is over, in seconds.
pub const SESSION_LIFE: u64 = 90 * 24 * 3600;
/// A tombstone stands this long, in seconds.
pub const TOMBSTONE_LIFE: u64 = 8 * 24 * 3600;

/// What somebody asked a mail for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailWanted {
    /// A new account.
    Register,
    /// The activation code once more.
    ActivationAgain,
    /// A new password.
    Recovery,
    /// To be told that the password was changed.
    PasswordChanged,
}

/// A row of the outbox: the same columns whatever was asked and for whomever.
#[derive(Debug, Clone)]
pub struct MailRecord {
    /// Names the mail; code and token are derived from it.
    pub id: Id,
    /// What was asked.
    pub wanted: MailWanted,
    /// Where it goes.
    pub email: Email,
    /// In which language.
    pub language: Language,
    /// The name to register.
    pub username: Option<Username>,
    /// The password's hash to register.
    pub password: Vec<u8>,
    /// The hash of the secret of who asked.
    pub secret: Binary<32>,
    /// Asked then, in Unix seconds.
    pub created: u64,
    /// How often it did not go out.
    pub tries: u32,
}

/// The letter that goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// Code and link to activate.
    Activation,
    /// The address has an account: somebody tried to register it.
    AlreadyRegistered,
    /// Code and link to set a new password.
    Recovery,
    /// The password was changed.
    PasswordChanged,
    /// None: nobody here has that address.
    Nothing,
}

/// A block.
#[derive(Debug, Clone)]
pub struct BlockRecord {
    /// Names it for its owner.
    pub id: Id,
    /// Who blocks.
    pub blocker: AccountId,
    /// HMAC(pepper, blocker ‖ blocked).
    pub digest: Binary<32>,
    /// The name then shown.
    pub name: Username,
    /// Since then, in Unix seconds.
    pub date: u64,
}

/// A report, verified.
#[derive(Debug, Clone)]
pub struct ReportRecord {
    /// Drawn by the reporter.
    pub id: Id,
    /// Who reports.
    pub reporter: AccountId,
    /// Who is reported.
    pub reported: AccountId,
    /// In which match.
    pub match_id: Id,
    /// What happened.
    pub offence: Offence,
    /// In the reporter's words.
    pub note: String,
    /// What was opened, each verified.
    pub messages: Vec<SignedMessage>,
    /// Filed then, in Unix seconds.
    pub created: u64,
}

/// A picture of a report.
#[derive(Debug, Clone, Copy)]
pub struct PictureOf {
    /// The report.
    pub report: Id,
    /// Who filed it.
    pub reporter: AccountId,
    /// The message that offers the picture.
    pub message: MessageRef,
}

/// How far the picture of a report is.
#[derive(Debug, Clone)]
pub struct ReportedPicture {
    /// The offer's JSON, verified.
    pub offer: String,
    /// Bytes that are there.
    pub received: u64,
    /// All are there and their hash is the offer's.
    pub proved: bool,
}

/// A report as whoever moderates sees it.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// Names it.
    pub id: Id,
    /// Who reports.
    pub reporter: AccountId,
    /// Who is reported.
    pub reported: AccountId,
    /// What happened.
    pub offence: Offence,
    /// In the reporter's words.
    pub note: String,
    /// Filed then, in Unix seconds.
    pub created: u64,
    /// Closed then.
    pub closed: Option<u64>,
    /// What was opened; empty in lists.
    pub messages: Vec<SignedMessage>,
    /// How many messages were opened.
    pub message_count: usize,
}

/// A key that seals tickets.
#[derive(Debug, Clone)]
pub struct SealingKey {
    /// Names it in tickets.
    pub id: u32,
    /// Made then, in Unix seconds.
    pub created: u64,
    /// The key.
    pub key: Secret<[u8; 32]>,
}
