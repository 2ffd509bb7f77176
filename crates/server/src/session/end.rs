use crate::account::in_session;
use crate::{Client, LobbyAsk, Reply, Server, WhichSessions};
use floater_proto::body::{EndSession, Fault, Problem, SessionEnd, from_json};

/// `POST /session/end`: one's own, another by its name, or all others. Ended once or twice is the
/// same. The lobby ends the conversation that runs in it.
///
/// # Errors
/// `not-logged-in`.
pub async fn end(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: EndSession = from_json(body)?;
    let own = in_session(client)?;
    let which = match (wanted.session, wanted.all_others) {
        (None, true) => WhichSessions::AllBut(own.session),
        (None, false) => WhichSessions::Only(own.session),
        (Some(other), false) => WhichSessions::Only(other),
        (Some(_), true) => {
            return Err(Problem::new(
                Fault::Malformed,
                "either `session` or `all_others`",
            ));
        }
    };
    match which {
        WhichSessions::Only(session) => {
            server.store.end_session(own.account, session).await?;
        }
        _ => {
            server
                .store
                .end_other_sessions(own.account, own.session)
                .await?
        }
    }
    let (account, why) = (own.account, SessionEnd::LoggedOut);
    server
        .tell_lobby(LobbyAsk::EndSessions {
            account,
            which,
            why,
        })
        .await;
    Ok(Reply::done())
}
