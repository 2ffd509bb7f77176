//! `POST /session` on a link. FLOATER/1.0 §3.3

use super::answer::stopping;
use super::desk::LinkAsk;
use super::port::Port;
use crate::{Client, InSession, LobbyAsk, Reply, Server, WhichSessions, direct, session};
use floater_lobby::{Account, Closing, Join, LinkKey, Ticket};
use floater_proto::body::{
    Fault, Keep, OpenSession, Problem, SessionEnd, SessionOpened, from_json,
};
use floater_proto::{Id, Secret, Status};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Sessions that are gone on with at the same time. When everybody comes back at once the others wait in
/// turn, and what they need is made when it is theirs; who logs in with a password waits for a thread.
pub(super) const AT_ONCE: usize = 64;

/// The session that is open, and the answer.
pub(super) async fn open(
    server: &Server,
    client: &Client,
    port: &Arc<Port>,
    (body, cookies): (&[u8], bool),
) -> Result<(InSession, Reply), Problem> {
    let wanted: Box<OpenSession> = Box::new(from_json(body)?);
    let turn = match wanted.login {
        None => Some(server.doors.turns.acquire().await.map_err(|_| stopping())?),
        Some(_) => None,
    };
    let opened = Box::pin(admit(server, client, port, (*wanted, cookies))).await;
    drop(turn);
    opened
}

async fn admit(
    server: &Server,
    client: &Client,
    port: &Arc<Port>,
    (wanted, cookies): (OpenSession, bool),
) -> Result<(InSession, Reply), Problem> {
    if wanted.keep == Keep::Cookie && !cookies {
        return Err(Problem::invalid(
            "keep",
            "only a WebSocket keeps a session by cookie",
        ));
    }
    let authenticated = session::authenticate(server, client, &wanted).await?;
    let account = authenticated.account.id;
    // A ticket that does not count opens nothing: nothing durable has happened yet.
    let ticket = match wanted.ticket {
        Some(text) => Some(open_ticket(server, account, wanted.instance, text).await?),
        None => None,
    };
    let tombstone = match &ticket {
        Some(ticket) => server.store.tombstone(ticket.match_id).await?,
        None => None,
    };
    let opened = session::establish(server, client, authenticated, wanted.keep).await?;
    let join = Join {
        link: port.key,
        account: Account(account),
        session: opened.session.session,
        instance: wanted.instance,
        username: opened.username.clone(),
        ticket,
        tombstone,
    };
    let (answer, answered) = oneshot::channel();
    let link = port.key;
    let (port, join) = (port.clone(), Box::new(join));
    server
        .tell_lobby(LobbyAsk::Link(LinkAsk::Join { port, join, answer }))
        .await;
    let seat = answered.await.ok().flatten().ok_or_else(stopping)?;
    look_again(server, link, opened.session).await?;
    let told = SessionOpened {
        session: opened.session.session,
        username: opened.username,
        token: opened.token,
        cookie_code: opened.cookie_code,
        seat,
        reflectors: direct::reflectors(server, opened.session),
    };
    Ok((opened.session, Reply::json(Status::OK, &told)))
}

/// Whoever ended the session before the lobby knew of this link ended it without the link; whoever
/// ends it from now on ends both.
async fn look_again(server: &Server, link: LinkKey, own: InSession) -> Result<(), Problem> {
    let InSession { session, account } = own;
    let kept = match server.store.sessions(account).await {
        Ok(kept) => kept,
        Err(error) => {
            let closing = Closing::Lost;
            let closed = LinkAsk::Closed { link, closing };
            server.tell_lobby(LobbyAsk::Link(closed)).await;
            return Err(error.into());
        }
    };
    if kept.iter().any(|kept| kept.id == session) {
        return Ok(());
    }
    let ended = LobbyAsk::EndSessions {
        account,
        which: WhichSessions::Only(session),
        why: SessionEnd::LoggedOut,
    };
    server.tell_lobby(ended).await;
    let told = "this session is over: log in again";
    Err(Problem::new(Fault::SessionEnded, told))
}

async fn open_ticket(
    server: &Server,
    account: u64,
    instance: Id,
    text: Secret<String>,
) -> Result<Ticket, Problem> {
    let (answer, answered) = oneshot::channel();
    let ask = LinkAsk::Ticket {
        account,
        instance,
        text,
        answer,
    };
    server.tell_lobby(LobbyAsk::Link(ask)).await;
    answered.await.map_err(|_| stopping())?
}
