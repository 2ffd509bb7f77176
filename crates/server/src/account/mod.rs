//! Accounts, one file a verb.

mod activate;
mod delete;
mod export;
mod password;
mod passwords;
mod register;
mod show;
mod username;

pub use activate::activate;
pub use delete::delete;
pub use export::export;
pub use password::change_password;
pub use passwords::Passwords;
pub use register::{activation_again, recover, register};
pub use show::show;
pub use username::change_username;

use crate::rates::Rate;
use crate::store::AccountRecord;
use crate::{Client, InSession, Server};
use floater_proto::Secret;
use floater_proto::body::{Fault, Problem};

/// Whose session this is.
pub(crate) fn in_session(client: &Client) -> Result<InSession, Problem> {
    client
        .session
        .ok_or_else(|| Problem::new(Fault::NotLoggedIn, "log in first"))
}

/// The account of the session.
pub(crate) async fn own(server: &Server, client: &Client) -> Result<AccountRecord, Problem> {
    let account = server.store.account(in_session(client)?.account).await?;
    account.ok_or_else(|| Problem::new(Fault::SessionEnded, "the account is gone"))
}

/// The account of the session, if the password is right. Counts as a log-in that was tried.
pub(crate) async fn own_with_password(
    server: &Server,
    client: &Client,
    password: &Secret<String>,
    field: &str,
) -> Result<AccountRecord, Problem> {
    let account = own(server, client).await?;
    server.rates.check(Rate::SettingsByAccount, account.id)?;
    if server.passwords.verify(password, &account.password).await? {
        return Ok(account);
    }
    let problem = Problem::new(
        Fault::WrongCredentials,
        "the password of now is another one",
    );
    Err(Problem {
        field: Some(field.to_owned()),
        ..problem
    })
}
