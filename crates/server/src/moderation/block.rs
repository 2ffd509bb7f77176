use super::open_ticket;
use crate::account::in_session;
use crate::rates::Rate;
use crate::secrets::random;
use crate::store::BlockRecord;
use crate::{Client, LobbyAsk, Reply, Server};
use floater_proto::body::{Block, Blocks, EndBlock, Fault, Problem, from_json};
use floater_proto::{Binary, Status};

/// Bytes that the list of blocks may have in one answer; the newest stand in it.
const LIST_MAX: usize = 44 * 1024;

/// `POST /block`: never again with the other one of this ticket. Idempotent by the pair.
///
/// # Errors
/// The ticket's faults; `too-many` beyond the bound.
pub async fn block(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: Block = from_json(body)?;
    let own = in_session(client)?;
    server.rates.check(Rate::BlockByAccount, own.account)?;
    let ticket = open_ticket(server, own.account, wanted.ticket).await?;
    let record = BlockRecord {
        id: Binary(random()),
        blocker: own.account,
        digest: server.secrets.block_digest(own.account, ticket.peer),
        name: wanted.name,
        date: server.clock.seconds(),
    };
    if !server.store.put_block(&record).await? {
        return Err(Problem::new(
            Fault::TooMany,
            "the list of blocks is full: take one back first",
        ));
    }
    server
        .tell_lobby(LobbyAsk::BlocksChanged {
            account: own.account,
        })
        .await;
    Ok(Reply::done())
}

/// `GET /blocks`.
///
/// # Errors
/// `not-logged-in`.
pub async fn blocks(server: &Server, client: &Client, _body: &[u8]) -> Result<Reply, Problem> {
    let own = in_session(client)?;
    let mut list = Blocks {
        blocks: server.store.blocks(own.account).await?,
    };
    let mut reply = Reply::json(Status::OK, &list);
    while reply.body.len() > LIST_MAX && list.blocks.pop().is_some() {
        reply = Reply::json(Status::OK, &list);
    }
    Ok(reply)
}

/// `POST /block/end`. Taken back once or twice is the same.
///
/// # Errors
/// `not-logged-in`.
pub async fn end_block(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: EndBlock = from_json(body)?;
    let own = in_session(client)?;
    server.store.end_block(own.account, wanted.id).await?;
    server
        .tell_lobby(LobbyAsk::BlocksChanged {
            account: own.account,
        })
        .await;
    Ok(Reply::done())
}
