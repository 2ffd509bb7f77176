//! What is kept. The only place that knows SQL is `sqlite`; everything else sees [`Store`].

mod records;
mod sqlite;

#[cfg(test)]
mod contract;

pub use records::*;
pub use sqlite::SqliteStore;

use async_trait::async_trait;
use floater_proto::body::{BlockLine, Fault, Over, Problem};
use floater_proto::{Binary, Email, Id, Username};
use std::path::Path;

/// Why something could not be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Now it cannot; later it may: the disk is full, or the database is busy or away.
    #[error("the store cannot now: {0}")]
    Unavailable(String),
    /// What is kept is not what this program writes.
    #[error("the store holds what it should not: {0}")]
    Broken(String),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => {
                tracing::error!(why, "the store cannot now");
                Self::new(
                    Fault::Unavailable,
                    "the server cannot keep this now; try again later",
                )
            }
            StoreError::Broken(why) => {
                tracing::error!(why, "the store holds what it should not");
                Self::new(Fault::Internal, "the server failed")
            }
        }
    }
}

/// What a store call returns.
pub type Stored<T> = Result<T, StoreError>;

/// Everything that is kept. A call that returned is durable.
pub trait Store: Accounts + Sessions + Outbox + Moderation + Matches {}

/// Accounts, and the codes that prove who reads an address.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account of an address.
    async fn account_by_email(&self, email: &Email) -> Stored<Option<AccountRecord>>;
    /// The account of an id.
    async fn account(&self, account: AccountId) -> Stored<Option<AccountRecord>>;
    /// Sets the name.
    async fn set_username(&self, account: AccountId, username: &Username) -> Stored<()>;
    /// Sets the password, ends every session but `keep`, and leaves the mail that tells so.
    async fn set_password(
        &self,
        account: AccountId,
        password: &[u8],
        keep: Option<Id>,
        told: &MailRecord,
    ) -> Stored<()>;
    /// Takes the account and everything of it away; filed reports stay.
    async fn delete_account(&self, account: AccountId) -> Stored<()>;
    /// The code of a mail, if it can still be used.
    async fn code(&self, mail: Id, now: u64) -> Stored<Option<CodeRecord>>;
    /// The usable codes of an address and purpose, the newest first.
    async fn codes(&self, email: &Email, purpose: Purpose, now: u64) -> Stored<Vec<CodeRecord>>;
    /// Counts a wrong try against every code of the address and purpose.
    async fn count_miss(&self, email: &Email, purpose: Purpose) -> Stored<()>;
    /// Activates with what was registered under this code; its account. `None`: used up meanwhile.
    /// What was registered since becomes the decoy.
    async fn activate(&self, mail: Id, now: u64) -> Stored<Option<AccountId>>;
    /// Sets a password with a recovery code, which proves the address too; ends all sessions and
    /// leaves the mail that tells so. `None`: used up meanwhile.
    async fn recover(&self, mail: Id, password: &[u8], now: u64) -> Stored<Option<AccountId>>;
}

/// Sessions, found by the hash of their token.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a new one, if its account still has the password that was verified (its hash) and is
    /// not suspended. The oldest beyond the bound go; these. `None`: it changed meanwhile.
    async fn put_session(
        &self,
        session: &SessionRecord,
        token: Binary<32>,
        verified: &[u8],
    ) -> Stored<Option<Vec<Id>>>;
    /// The session of a token that was used after `since`, marked as used `now` (to the hour).
    async fn session_by_token(
        &self,
        token: Binary<32>,
        since: u64,
        now: u64,
    ) -> Stored<Option<SessionRecord>>;
    /// The sessions of an account, the newest first.
    async fn sessions(&self, account: AccountId) -> Stored<Vec<SessionRecord>>;
    /// Ends one; whether there was one.
    async fn end_session(&self, account: AccountId, session: Id) -> Stored<bool>;
    /// Ends all but one.
    async fn end_other_sessions(&self, account: AccountId, keep: Id) -> Stored<()>;
}

/// Mails to send.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Keeps one. This is the only write between a request for a mail and its answer.
    async fn put_mail(&self, mail: &MailRecord) -> Stored<()>;
    /// The mail whose turn it is.
    async fn due_mail(&self, now: u64) -> Stored<Option<MailRecord>>;
    /// When the next one is due.
    async fn next_mail_at(&self) -> Stored<Option<u64>>;
    /// How many there are, and when the oldest was asked for.
    async fn mails_waiting(&self) -> Stored<(u64, Option<u64>)>;
    /// Decides what a request for a mail leads to, once: makes account and code, and says which
    /// letter goes out. A second call says the same.
    async fn decide_mail(&self, mail: &MailRecord, now: u64) -> Stored<Letter>;
    /// It went out, or nothing had to: its code, if any, lives from now on.
    async fn settle_mail(&self, mail: Id, now: u64) -> Stored<()>;
    /// It did not go out: try again then.
    async fn postpone_mail(&self, mail: Id, next_try: u64) -> Stored<()>;
}

/// Blocks, reports, suspensions.
#[async_trait]
pub trait Moderation: Send + Sync {
    /// Keeps a block; the same digest again changes nothing. `false`: too many.
    async fn put_block(&self, block: &BlockRecord) -> Stored<bool>;
    /// The blocks of an account, the newest first.
    async fn blocks(&self, account: AccountId) -> Stored<Vec<BlockLine>>;
    /// Their digests.
    async fn block_digests(&self, account: AccountId) -> Stored<Vec<Binary<32>>>;
    /// Takes one back; whether there was one.
    async fn end_block(&self, account: AccountId, block: Id) -> Stored<bool>;
    /// Keeps a report, or adds messages to the one with the same id and reporter. The number of
    /// messages kept so far; `None`: the id is another one's.
    async fn put_report(&self, report: &ReportRecord) -> Stored<Option<usize>>;
    /// The message of a report that is a picture's offer.
    async fn reported_picture(&self, of: &PictureOf) -> Stored<Option<ReportedPicture>>;
    /// Adds a piece of a picture at `received`; how much is there now.
    async fn put_picture_piece(&self, of: &PictureOf, at: u64, piece: &[u8]) -> Stored<u64>;
    /// The bytes of a picture that are there.
    async fn picture_bytes(&self, of: &PictureOf) -> Stored<Vec<u8>>;
    /// Says that the picture is whole and proved, or throws its bytes away.
    async fn judge_picture(&self, of: &PictureOf, proved: bool) -> Stored<()>;
    /// Cases, the newest first.
    async fn cases(&self, open_only: bool) -> Stored<Vec<CaseRecord>>;
    /// One case with what was opened.
    async fn case(&self, case: Id) -> Stored<Option<CaseRecord>>;
    /// Closes a case; whether there was an open one.
    async fn close_case(&self, case: Id, now: u64) -> Stored<bool>;
    /// The reports that an account filed.
    async fn filed(&self, reporter: AccountId) -> Stored<Vec<CaseRecord>>;
    /// Suspends with a reason, ends its sessions; whether there is such an account.
    async fn suspend(&self, account: AccountId, reason: &str, now: u64) -> Stored<bool>;
    /// Takes a suspension back; whether there was one.
    async fn restore(&self, account: AccountId) -> Stored<bool>;
    /// Accounts suspended since this was last asked.
    async fn newly_suspended(&self) -> Stored<Vec<AccountId>>;
}

/// What the lobby remembers over a restart.
#[async_trait]
pub trait Matches: Send + Sync {
    /// A match is over. The first reason stands.
    async fn put_tombstone(&self, match_id: Id, over: Over, now: u64) -> Stored<()>;
    /// How a match ended.
    async fn tombstone(&self, match_id: Id) -> Stored<Option<Over>>;
    /// Removes tombstones, codes, sessions and registrations whose time is over, and the cases
    /// that were closed so many seconds ago.
    async fn sweep(&self, now: u64, keep_closed: u64) -> Stored<()>;
    /// The sealing keys, the newest first. They are never in a backup.
    async fn sealing_keys(&self) -> Stored<Vec<SealingKey>>;
    /// Keeps a sealing key.
    async fn put_sealing_key(&self, key: &SealingKey) -> Stored<()>;
    /// Destroys the keys that were made before then.
    async fn drop_sealing_keys(&self, before: u64) -> Stored<()>;
    /// Keeps whether conversations are live.
    async fn set_live(&self, live: bool) -> Stored<()>;
    /// Whether conversations were live.
    async fn was_live(&self) -> Stored<bool>;
    /// Writes a copy of everything but the sealing keys to a new file.
    async fn back_up(&self, to: &Path) -> Stored<()>;
}
