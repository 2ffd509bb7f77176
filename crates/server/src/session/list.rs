use crate::account::in_session;
use crate::{Client, Reply, Server};
use floater_proto::Status;
use floater_proto::body::{Problem, SessionLine, Sessions};

/// `GET /sessions`.
///
/// # Errors
/// `not-logged-in`.
pub async fn list(server: &Server, client: &Client, _body: &[u8]) -> Result<Reply, Problem> {
    let sessions = lines(server, client).await?;
    Ok(Reply::json(Status::OK, &Sessions { sessions }))
}

/// The sessions of the account, the newest first.
pub(crate) async fn lines(server: &Server, client: &Client) -> Result<Vec<SessionLine>, Problem> {
    let own = in_session(client)?;
    let sessions = server.store.sessions(own.account).await?.into_iter();
    let line = |session: crate::store::SessionRecord| SessionLine {
        session: session.id,
        agent: session.agent,
        created: session.created,
        used: session.used,
        current: session.id == own.session,
    };
    Ok(sessions.map(line).collect())
}
