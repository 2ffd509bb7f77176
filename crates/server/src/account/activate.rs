use crate::rates::Rate;
use crate::secrets::token_hash;
use crate::store::{CodeRecord, Purpose};
use crate::{Client, Reply, Server};
use floater_proto::Secret;
use floater_proto::body::{Activate, Fault, MailProof, Problem, from_json};
use subtle::ConstantTimeEq;

/// `POST /account/activation`: the account of the code becomes usable, with the name and password
/// that were registered under this code.
///
/// # Errors
/// `code-wrong`, `code-expired`, `type-code`.
pub async fn activate(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: Activate = from_json(body)?;
    let code = prove(server, client, &wanted.proof, Purpose::Activation).await?;
    let account = server
        .store
        .activate(code.mail, server.clock.seconds())
        .await?;
    account.ok_or_else(expired)?;
    Ok(Reply::done())
}

/// The code that a proof names, if it proves it.
pub(super) async fn prove(
    server: &Server,
    client: &Client,
    proof: &MailProof,
    purpose: Purpose,
) -> Result<CodeRecord, Problem> {
    server.rates.check(Rate::CodeByAddress, client.address)?;
    if let MailProof::Code { email, .. } = proof {
        server
            .rates
            .check(Rate::CodeByEmail, server.secrets.email_key(email.as_str()))?;
    }
    server.rates.check(Rate::CodeGlobally, ())?;
    match proof {
        MailProof::Link { token, secret } => by_link(server, token, secret, purpose).await,
        MailProof::Code { email, code } => {
            let now = server.clock.seconds();
            let codes = server.store.codes(email, purpose, now).await?;
            let typed = code.expose();
            let found = codes
                .into_iter()
                .find(|c| server.secrets.is_mail_code(c.mail, typed));
            if found.is_none() {
                server.store.count_miss(email, purpose).await?;
            }
            found.ok_or_else(|| {
                Problem::new(
                    Fault::CodeWrong,
                    "this is not the code, or it is no longer valid",
                )
            })
        }
    }
}

async fn by_link(
    server: &Server,
    token: &Secret<String>,
    secret: &Secret<String>,
    purpose: Purpose,
) -> Result<CodeRecord, Problem> {
    let wrong = || Problem::new(Fault::CodeWrong, "this link is not one of ours");
    let mail = server
        .secrets
        .open_mail_token(token.expose())
        .ok_or_else(wrong)?;
    let code = server
        .store
        .code(mail, server.clock.seconds())
        .await?
        .ok_or_else(expired)?;
    if code.purpose != purpose {
        return Err(wrong());
    }
    let same = token_hash(secret.expose()).0.ct_eq(&code.secret.0);
    if !bool::from(same) {
        let told = "the link was asked for elsewhere: type the code of the mail";
        return Err(Problem::new(Fault::TypeCode, told));
    }
    Ok(code)
}

pub(super) fn expired() -> Problem {
    Problem::new(
        Fault::CodeExpired,
        "the code is used up or too old: ask for a new mail",
    )
}
