use super::own;
use crate::{Client, Reply, Server};
use floater_proto::Status;
use floater_proto::body::{Account, Problem};

/// `GET /account`.
///
/// # Errors
/// `not-logged-in`.
pub async fn show(server: &Server, client: &Client, _body: &[u8]) -> Result<Reply, Problem> {
    let account = own(server, client).await?;
    let shown = Account {
        email: account.email,
        username: account.username,
        created: account.created,
        language: account.language,
    };
    Ok(Reply::json(Status::OK, &shown))
}
