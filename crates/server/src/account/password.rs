use super::activate::{expired, prove};
use super::passwords::check_new;
use super::register::password_changed;
use super::{in_session, own_with_password};
use crate::store::Purpose;
use crate::{Client, LobbyAsk, Reply, Server, WhichSessions};
use floater_proto::Secret;
use floater_proto::body::{ChangePassword, Fault, MailProof, Problem, SessionEnd, from_json};

/// `POST /account/password`: with the one of now in session, or with what a recovery mail proves.
/// Either way all other sessions end, and a mail tells of it.
///
/// # Errors
/// `wrong-credentials` for `current`, the code's faults for `proof`, `invalid` and
/// `password-common` for `new`.
pub async fn change_password(
    server: &Server,
    client: &Client,
    body: &[u8],
) -> Result<Reply, Problem> {
    let wanted: ChangePassword = from_json(body)?;
    check_new(&wanted.new, "new")?;
    match (wanted.current, wanted.proof) {
        (Some(current), None) => in_session_with(server, client, &current, &wanted.new).await,
        (None, Some(proof)) => with_proof(server, client, &proof, &wanted.new).await,
        _ => Err(Problem::new(
            Fault::Malformed,
            "either `current` or `proof`",
        )),
    }
}

async fn in_session_with(
    server: &Server,
    client: &Client,
    current: &Secret<String>,
    new: &Secret<String>,
) -> Result<Reply, Problem> {
    let keep = in_session(client)?.session;
    let account = own_with_password(server, client, current, "current").await?;
    let salt = server.secrets.password_salt(&account.email);
    let password = server.passwords.hash(new, salt).await?;
    let told = password_changed(server, &account);
    server
        .store
        .set_password(account.id, &password, Some(keep), &told)
        .await?;
    end_sessions(server, account.id, WhichSessions::AllBut(keep)).await;
    Ok(Reply::done())
}

async fn with_proof(
    server: &Server,
    client: &Client,
    proof: &MailProof,
    new: &Secret<String>,
) -> Result<Reply, Problem> {
    let code = prove(server, client, proof, Purpose::Recovery).await?;
    let salt = server.secrets.password_salt(&code.email);
    let password = server.passwords.hash(new, salt).await?;
    let account = server
        .store
        .recover(code.mail, &password, server.clock.seconds())
        .await?;
    let account = account.ok_or_else(expired)?;
    end_sessions(server, account, WhichSessions::All).await;
    Ok(Reply::done())
}

async fn end_sessions(server: &Server, account: u64, which: WhichSessions) {
    server.mail_bell.notify_one();
    let ask = LobbyAsk::EndSessions {
        account,
        which,
        why: SessionEnd::Password,
    };
    server.tell_lobby(ask).await;
}
