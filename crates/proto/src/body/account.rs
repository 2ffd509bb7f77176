use crate::{Email, Secret, Username};
use serde::{Deserialize, Serialize};

/// A language of mails and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Language {
    /// Chinese, simplified.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en", other)]
    English,
}

/// `POST /account`. Answered `202` with [`Mailed`], whether the address is known or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Register {
    /// Where the code goes.
    pub email: Email,
    /// How one is called.
    pub username: Username,
    /// 8 to 128 characters.
    pub password: Secret<String>,
    /// Eighteen or older, and the rules accepted.
    pub adult: bool,
    /// Of the mail.
    #[serde(default)]
    pub language: Language,
}

/// `POST /account/activation/again` and `POST /account/recovery`. Answered like [`Register`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailAgain {
    /// Where the code goes.
    pub email: Email,
    /// Of the mail.
    #[serde(default)]
    pub language: Language,
}

/// The answer to whoever asked for a mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mailed {
    /// Makes the link of the mail work with one press, here only.
    pub secret: Secret<String>,
}

/// That one reads the mails of an address: the link's token with the secret of who asked, or
/// address and code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MailProof {
    /// From the link, in the browser that asked for the mail.
    Link {
        /// From the link.
        token: Secret<String>,
        /// From [`Mailed`].
        secret: Secret<String>,
    },
    /// Typed. Case, spaces and hyphens do not matter. Five tries.
    Code {
        /// The address that the mail went to.
        email: Email,
        /// Eight characters.
        code: Secret<String>,
    },
}

/// `POST /account/activation`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activate {
    /// From the mail.
    pub proof: MailProof,
}

/// `POST /account/password`: with the old one in session, with a proof after a recovery mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangePassword {
    /// The password of now, in session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Secret<String>>,
    /// From the recovery mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<MailProof>,
    /// 8 to 128 characters.
    pub new: Secret<String>,
}

/// `POST /account/username`. Refused with `409` during a match.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeUsername {
    /// How one is called from now on.
    pub username: Username,
}

/// `POST /account/deletion`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteAccount {
    /// The password of now.
    pub password: Secret<String>,
}

/// The answer to `GET /account`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Account {
    /// The address.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub email: Email,
    /// How one is called.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub username: Username,
    /// When it was registered.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created: u64,
    /// Of the mails.
    pub language: Language,
}
