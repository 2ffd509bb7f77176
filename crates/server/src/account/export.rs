use super::own;
use crate::rates::Rate;
use crate::session::lines;
use crate::{Client, Reply, Server};
use floater_proto::Status;
use floater_proto::body::{Account, BlockLine, Offence, Problem, SessionLine};
use serde::Serialize;

/// Bytes that one answer may have; beyond it the oldest reports, then blocks, are left out.
const EXPORT_MAX: usize = 44 * 1024;

/// Everything that the server knows of an account.
#[derive(Debug, Serialize)]
struct Export {
    account: Account,
    sessions: Vec<SessionLine>,
    blocks: Vec<BlockLine>,
    reports: Vec<FiledReport>,
    /// Older lines did not fit.
    shortened: bool,
    /// What is not kept, in words.
    not_kept: &'static str,
}

#[derive(Debug, Serialize)]
struct FiledReport {
    id: floater_proto::Id,
    offence: Offence,
    note: String,
    date: u64,
    messages: usize,
}

/// `GET /account/export`.
///
/// # Errors
/// `not-logged-in`, `too-many`.
pub async fn export(server: &Server, client: &Client, _body: &[u8]) -> Result<Reply, Problem> {
    let account = own(server, client).await?;
    server.rates.check(Rate::SettingsByAccount, account.id)?;
    let filed = server.store.filed(account.id).await?.into_iter();
    let mut export = Export {
        sessions: lines(server, client).await?,
        blocks: server.store.blocks(account.id).await?,
        reports: filed
            .map(|case| FiledReport {
                id: case.id,
                offence: case.offence,
                note: case.note,
                date: case.created,
                messages: case.message_count,
            })
            .collect(),
        account: Account {
            email: account.email,
            username: account.username,
            created: account.created,
            language: account.language,
        },
        shortened: false,
        not_kept: "whom you met and what you said: this server does not keep it",
    };
    let mut reply = Reply::json(Status::OK, &export);
    while reply.body.len() > EXPORT_MAX {
        export.shortened = true;
        if export.reports.pop().is_none() && export.blocks.pop().is_none() {
            break;
        }
        reply = Reply::json(Status::OK, &export);
    }
    Ok(reply)
}
