//! From columns to values and back. What cannot be read was not written by this program.

use crate::store::{Letter, MailWanted, Purpose, StoreError, Stored};
use floater_proto::body::{Language, Offence};
use floater_proto::{Binary, Email, Role, Username};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row, Type};

/// The column of a row.
pub(super) fn column<'r, T>(row: &'r SqliteRow, name: &str) -> Stored<T>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    Ok(row.try_get(name)?)
}

/// A time, a count, an account: kept as a signed integer.
pub(super) fn number(row: &SqliteRow, name: &str) -> Stored<u64> {
    let value: i64 = column(row, name)?;
    u64::try_from(value).map_err(|_| broken(name))
}

pub(super) fn maybe_number(row: &SqliteRow, name: &str) -> Stored<Option<u64>> {
    let value: Option<i64> = column(row, name)?;
    value
        .map(|value| u64::try_from(value).map_err(|_| broken(name)))
        .transpose()
}

/// The other way.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn bytes<const N: usize>(row: &SqliteRow, name: &str) -> Stored<Binary<N>> {
    let value: &[u8] = column(row, name)?;
    value.try_into().map(Binary).map_err(|_| broken(name))
}

pub(super) fn email(row: &SqliteRow) -> Stored<Email> {
    Email::new(column(row, "email")?).map_err(|_| broken("email"))
}

pub(super) fn username(row: &SqliteRow, name: &str) -> Stored<Username> {
    Username::new(column(row, name)?).map_err(|_| broken(name))
}

pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, name: &str) -> Stored<T> {
    serde_json::from_str(column(row, name)?).map_err(|_| broken(name))
}

/// A value as JSON text.
pub(super) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn broken(name: &str) -> StoreError {
    StoreError::Broken(format!("column {name}"))
}

/// A closed set of words in a column.
pub(super) trait Word: Sized + Copy + PartialEq + 'static {
    /// Each value and its word.
    const WORDS: &'static [(Self, &'static str)];

    fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(value, _)| *value == self)
            .map_or("", |(_, word)| word)
    }

    fn of(row: &SqliteRow, name: &str) -> Stored<Self> {
        Self::parse(column(row, name)?).ok_or_else(|| broken(name))
    }

    fn parse(text: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(value, _)| *value)
    }
}

impl Word for Purpose {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Activation, "activation"),
        (Self::Recovery, "recovery"),
    ];
}

impl Word for MailWanted {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Register, "register"),
        (Self::ActivationAgain, "activation-again"),
        (Self::Recovery, "recovery"),
        (Self::PasswordChanged, "password-changed"),
    ];
}

impl Word for Letter {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Activation, "activation"),
        (Self::AlreadyRegistered, "already-registered"),
        (Self::Recovery, "recovery"),
        (Self::PasswordChanged, "password-changed"),
        (Self::Nothing, "nothing"),
    ];
}

impl Word for Language {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Chinese, "zh-CN"), (Self::English, "en")];
}

impl Word for Offence {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Sexual, "sexual"),
        (Self::Minor, "minor"),
        (Self::Abuse, "abuse"),
        (Self::Spam, "spam"),
        (Self::Other, "other"),
    ];
}

impl Word for Role {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::A, "A"), (Self::B, "B")];
}
