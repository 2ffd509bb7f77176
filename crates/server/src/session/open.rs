use crate::rates::Rate;
use crate::secrets::{random, random_token, token_hash};
use crate::store::{AccountRecord, SESSION_LIFE, SessionRecord};
use crate::{Client, InSession, LobbyAsk, Server, WhichSessions};
use floater_proto::body::{Fault, Keep, LogIn, OpenSession, Problem, SessionEnd};
use floater_proto::{Binary, Secret, Username};

/// Who asks is known; nothing durable has happened yet.
#[derive(Debug)]
pub struct Authenticated {
    /// The account.
    pub account: AccountRecord,
    /// The session that goes on; none after a log-in.
    resumed: Option<SessionRecord>,
}

/// The session is there.
#[derive(Debug)]
pub struct Opened {
    /// Session and account.
    pub session: InSession,
    /// How the account is called.
    pub username: Username,
    /// For the next link of a native client, if the session is new.
    pub token: Option<Secret<String>>,
    /// For `POST /cookie`, if the session is new.
    pub cookie_code: Option<Secret<String>>,
}

/// The first half of `POST /session`: by password, by token, or by the WebSocket's cookie.
///
/// # Errors
/// `wrong-credentials`; after the right password `not-activated` or `suspended`; `session-ended`.
pub async fn authenticate(
    server: &Server,
    client: &Client,
    wanted: &OpenSession,
) -> Result<Authenticated, Problem> {
    let authenticated = match (&wanted.login, &wanted.token) {
        (Some(login), None) => by_password(server, client, login).await?,
        (None, token) => by_token(server, token.as_ref().or(client.cookie.as_ref())).await?,
        (Some(_), Some(_)) => {
            return Err(Problem::new(Fault::Malformed, "either `login` or `token`"));
        }
    };
    check_suspended(&authenticated.account)?;
    Ok(authenticated)
}

fn check_suspended(account: &AccountRecord) -> Result<(), Problem> {
    match &account.suspended {
        Some(reason) => Err(Problem::new(Fault::Suspended, reason.clone())),
        None => Ok(()),
    }
}

fn wrong_credentials() -> Problem {
    Problem::new(Fault::WrongCredentials, "e-mail and password do not match")
}

async fn by_password(
    server: &Server,
    client: &Client,
    login: &LogIn,
) -> Result<Authenticated, Problem> {
    server.rates.check(Rate::LoginByAddress, client.address)?;
    server.rates.check(
        Rate::LoginByEmail,
        server.secrets.email_key(login.email.as_str()),
    )?;
    server.rates.check(Rate::LoginGlobally, ())?;
    let account = server.store.account_by_email(&login.email).await?;
    let own = account.iter().map(|account| account.password.as_slice());
    let decoy = account
        .iter()
        .filter_map(|account| account.decoy.as_deref());
    let kept: Vec<&[u8]> = own.chain(decoy).collect();
    let found = server.passwords.find(&login.password, &kept).await?;
    match (found, account) {
        (Some(0), Some(account)) if account.activated => Ok(Authenticated {
            account,
            resumed: None,
        }),
        // Whoever registers an address reads this, whether it had an account before or not.
        (Some(_), _) => {
            let told = "the account waits for the code that was sent by mail";
            Err(Problem::new(Fault::NotActivated, told))
        }
        (None, _) => Err(wrong_credentials()),
    }
}

async fn by_token(
    server: &Server,
    token: Option<&Secret<String>>,
) -> Result<Authenticated, Problem> {
    let nobody = || Problem::new(Fault::NotLoggedIn, "there is no session here: log in");
    let ended = || Problem::new(Fault::SessionEnded, "this session is over: log in again");
    let token = token.ok_or_else(nobody)?;
    let now = server.clock.seconds();
    let since = now.saturating_sub(SESSION_LIFE);
    let session = server
        .store
        .session_by_token(token_hash(token.expose()), since, now)
        .await?;
    let session = session.ok_or_else(ended)?;
    let account = server
        .store
        .account(session.account)
        .await?
        .ok_or_else(ended)?;
    Ok(Authenticated {
        account,
        resumed: Some(session),
    })
}

/// The second half of `POST /session`: keeps the session, if it is new.
///
/// # Errors
/// `unavailable`; `wrong-credentials` or `suspended` if the account changed meanwhile.
pub async fn establish(
    server: &Server,
    client: &Client,
    authenticated: Authenticated,
    keep: Keep,
) -> Result<Opened, Problem> {
    let Authenticated { account, resumed } = authenticated;
    if let Some(session) = resumed {
        let session = InSession {
            session: session.id,
            account: account.id,
        };
        return Ok(Opened {
            session,
            username: account.username,
            token: None,
            cookie_code: None,
        });
    }
    let token = random_token();
    let now = server.clock.seconds();
    let record = SessionRecord {
        id: Binary(random()),
        account: account.id,
        agent: client.agent.clone(),
        created: now,
        used: now,
    };
    put_session(server, &record, &token, &account.password).await?;
    let (token, cookie_code) = match keep {
        Keep::Token => (Some(token), None),
        Keep::Cookie => (
            None,
            Some(server.cookie_codes.give(server.clock.millis(), token)),
        ),
    };
    let session = InSession {
        session: record.id,
        account: account.id,
    };
    Ok(Opened {
        session,
        username: account.username,
        token,
        cookie_code,
    })
}

/// Keeps the session, unless the account changed while it logged in; the oldest beyond the bound end.
async fn put_session(
    server: &Server,
    record: &SessionRecord,
    token: &Secret<String>,
    verified: &[u8],
) -> Result<(), Problem> {
    let account = record.account;
    let token = token_hash(token.expose());
    let Some(gone) = server.store.put_session(record, token, verified).await? else {
        if let Some(account) = server.store.account(account).await? {
            check_suspended(&account)?;
        }
        return Err(wrong_credentials());
    };
    for session in gone {
        server
            .tell_lobby(LobbyAsk::EndSessions {
                account,
                which: WhichSessions::Only(session),
                why: SessionEnd::Expired,
            })
            .await;
    }
    Ok(())
}
