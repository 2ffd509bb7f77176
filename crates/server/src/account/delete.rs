use super::own_with_password;
use crate::{Client, LobbyAsk, Reply, Server, WhichSessions};
use floater_proto::body::{DeleteAccount, Problem, SessionEnd, from_json};

/// `POST /account/deletion`: account, sessions, codes and blocks go; filed reports stay, without
/// the address.
///
/// # Errors
/// `wrong-credentials`.
pub async fn delete(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: DeleteAccount = from_json(body)?;
    let account = own_with_password(server, client, &wanted.password, "password").await?;
    server.store.delete_account(account.id).await?;
    let (which, why) = (WhichSessions::All, SessionEnd::Deleted);
    server
        .tell_lobby(LobbyAsk::EndSessions {
            account: account.id,
            which,
            why,
        })
        .await;
    Ok(Reply::done())
}
