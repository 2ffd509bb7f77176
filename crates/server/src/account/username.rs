use super::own;
use crate::rates::Rate;
use crate::{Client, LobbyAsk, Reply, Server};
use floater_proto::body::{ChangeUsername, Fault, Problem, from_json};
use tokio::sync::oneshot;

/// `POST /account/username`: refused during a match, because the other one sees the name.
///
/// # Errors
/// `seated` during a match, `malformed` for what is no username.
pub async fn change_username(
    server: &Server,
    client: &Client,
    body: &[u8],
) -> Result<Reply, Problem> {
    let wanted: ChangeUsername = from_json(body)?;
    let account = own(server, client).await?;
    server.rates.check(Rate::SettingsByAccount, account.id)?;
    let (answer, answered) = oneshot::channel();
    let username = wanted.username.clone();
    server
        .tell_lobby(LobbyAsk::Rename {
            account: account.id,
            username,
            answer,
        })
        .await;
    let unavailable = |_| Problem::new(Fault::Unavailable, "the server stops; try again");
    if !answered.await.map_err(unavailable)? {
        return Err(Problem::new(
            Fault::Seated,
            "the name is fixed during a conversation",
        ));
    }
    server
        .store
        .set_username(account.id, &wanted.username)
        .await?;
    Ok(Reply::done())
}
