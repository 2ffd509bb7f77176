use super::passwords::check_new;
use crate::rates::Rate;
use crate::secrets::{random, random_token, token_hash};
use crate::store::{MailRecord, MailWanted};
use crate::{Client, Reply, Server};
use floater_proto::body::{Fault, MailAgain, Mailed, Problem, Register, from_json};
use floater_proto::{Binary, Secret, Status};

/// `POST /account`: one row into the outbox, whether the address is known or not; the rest is
/// decided when the mail is sent.
///
/// # Errors
/// [`Problem`] as the specification lists them; none tells whether the address is known.
pub async fn register(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: Register = from_json(body)?;
    if !server.config.accounts.registration {
        return Err(Problem::new(
            Fault::Unavailable,
            "no accounts can be registered here now",
        ));
    }
    if !wanted.adult {
        return Err(Problem::invalid(
            "adult",
            "one must be eighteen or older and accept the rules",
        ));
    }
    check_new(&wanted.password, "password")?;
    server
        .rates
        .check(Rate::RegisterByAddress, client.address)?;
    server.rates.check(Rate::RegisterGlobally, ())?;
    let salt = server.secrets.password_salt(&wanted.email);
    let password = server.passwords.hash(&wanted.password, salt).await?;
    let row = Row {
        wanted: MailWanted::Register,
        username: Some(wanted.username),
        password,
    };
    let asked = MailAgain {
        email: wanted.email,
        language: wanted.language,
    };
    ask_for_mail(server, client, asked, row).await
}

/// `POST /account/activation/again`.
///
/// # Errors
/// As [`register`].
pub async fn activation_again(
    server: &Server,
    client: &Client,
    body: &[u8],
) -> Result<Reply, Problem> {
    let row = Row {
        wanted: MailWanted::ActivationAgain,
        username: None,
        password: Vec::new(),
    };
    ask_for_mail(server, client, from_json(body)?, row).await
}

/// `POST /account/recovery`.
///
/// # Errors
/// As [`register`].
pub async fn recover(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let row = Row {
        wanted: MailWanted::Recovery,
        username: None,
        password: Vec::new(),
    };
    ask_for_mail(server, client, from_json(body)?, row).await
}

struct Row {
    wanted: MailWanted,
    username: Option<floater_proto::Username>,
    password: Vec<u8>,
}

async fn ask_for_mail(
    server: &Server,
    client: &Client,
    asked: MailAgain,
    row: Row,
) -> Result<Reply, Problem> {
    server.rates.check(Rate::MailByAddress, client.address)?;
    server.rates.check(
        Rate::MailByRecipient,
        server.secrets.email_key(asked.email.as_str()),
    )?;
    server.rates.check(Rate::MailGlobally, ())?;
    let secret = random_token();
    let mail = MailRecord {
        id: Binary(random()),
        wanted: row.wanted,
        email: asked.email,
        language: asked.language,
        username: row.username,
        password: row.password,
        secret: token_hash(secret.expose()),
        created: server.clock.seconds(),
        tries: 0,
    };
    server.store.put_mail(&mail).await?;
    server.mail_bell.notify_one();
    Ok(Reply::json(Status::ACCEPTED, &Mailed { secret }))
}

/// The mail that tells of a changed password.
pub(super) fn password_changed(
    server: &Server,
    account: &crate::store::AccountRecord,
) -> MailRecord {
    MailRecord {
        id: Binary(random()),
        wanted: MailWanted::PasswordChanged,
        email: account.email.clone(),
        language: account.language,
        username: None,
        password: Vec::new(),
        secret: token_hash(Secret::<String>::default().expose()),
        created: server.clock.seconds(),
        tries: 0,
    }
}
