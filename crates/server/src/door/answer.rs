//! Which verb answers which request.

use super::desk::{LinkAsk, Wish};
use super::request::Request;
use crate::account::in_session;
use crate::moderation::Piece;
use crate::rates::Rate;
use crate::{Client, LobbyAsk, Reply, Server, account, direct, moderation, session};
use floater_lobby::LinkKey;
use floater_proto::body::{EndMatch, Fault, Problem, from_json};
use floater_proto::{Id, Method, Resource as R};
use tokio::sync::oneshot;

/// Answers everything but `POST /session` and `/relay`, which change the link itself.
pub(super) async fn answer(
    server: &Server,
    client: &Client,
    link: LinkKey,
    request: &Request,
) -> Result<Reply, Problem> {
    let body = request.body.as_slice();
    match request.resource {
        R::Account if request.method == Method::Get => account::show(server, client, body).await,
        R::Account => account::register(server, client, body).await,
        R::AccountActivation => account::activate(server, client, body).await,
        R::AccountActivationAgain => account::activation_again(server, client, body).await,
        R::AccountRecovery => account::recover(server, client, body).await,
        R::AccountPassword => account::change_password(server, client, body).await,
        R::AccountUsername => account::change_username(server, client, body).await,
        R::AccountDeletion => account::delete(server, client, body).await,
        R::AccountExport => account::export(server, client, body).await,
        R::SessionEnd => session::end(server, client, body).await,
        R::Sessions => session::list(server, client, body).await,
        R::Report => moderation::report(server, client, body).await,
        R::ReportPicture(report) => picture(server, client, report, request).await,
        R::Block => moderation::block(server, client, body).await,
        R::BlockEnd => moderation::end_block(server, client, body).await,
        R::Blocks => moderation::blocks(server, client, body).await,
        R::Reflectors => direct::tell_anyone(server, client),
        R::Status | R::Seek | R::SeekEnd | R::MatchAccept | R::MatchEnd | R::Path => {
            seat(server, client, link, request).await
        }
        _ => Err(Problem::new(
            Fault::UnknownResource,
            "there is no such resource",
        )),
    }
}

/// What the lobby answers.
async fn seat(
    server: &Server,
    client: &Client,
    link: LinkKey,
    request: &Request,
) -> Result<Reply, Problem> {
    let own = in_session(client)?;
    let body = request.body.as_slice();
    match request.resource {
        R::Seek => {
            server.rates.check(Rate::SeekByAccount, own.account)?;
            server.rates.check(Rate::SeekGlobally, ())?;
            let digests = server.store.block_digests(own.account).await?;
            wish(server, link, Wish::Seek(digests)).await
        }
        R::SeekEnd => wish(server, link, Wish::EndSeek).await,
        R::MatchAccept => wish(server, link, Wish::Accept(Box::new(from_json(body)?))).await,
        R::Path => {
            server.rates.check(Rate::PathByAccount, own.account)?;
            let mut prepared = from_json(body)?;
            direct::check(server, own, &mut prepared)?;
            wish(server, link, Wish::Path(Box::new(prepared))).await
        }
        R::MatchEnd => end_match(server, link, from_json(body)?).await,
        _ => wish(server, link, Wish::Status(from_json(body)?)).await,
    }
}

/// The lobby forgets ends in the end, the store's tombstones say that they were.
async fn end_match(server: &Server, link: LinkKey, end: EndMatch) -> Result<Reply, Problem> {
    let named = end.r#match;
    match (wish(server, link, Wish::End(end)).await, named) {
        (Err(problem), Some(named)) if problem.error == Fault::NoMatch => {
            let over = server.store.tombstone(named).await?;
            over.map(|_| Reply::done()).ok_or(problem)
        }
        (result, _) => result,
    }
}

async fn wish(server: &Server, link: LinkKey, wish: Wish) -> Result<Reply, Problem> {
    let (answer, answered) = oneshot::channel();
    server
        .tell_lobby(LobbyAsk::Link(LinkAsk::Wish { link, wish, answer }))
        .await;
    answered.await.map_err(|_| stopping())?
}

pub(super) fn stopping() -> Problem {
    Problem::new(Fault::Unavailable, "the server stops; try again")
}

async fn picture(
    server: &Server,
    client: &Client,
    report: Id,
    request: &Request,
) -> Result<Reply, Problem> {
    let (referrer, content_range) = (
        request.referrer.as_deref(),
        request.content_range.as_deref(),
    );
    let piece = Piece {
        report,
        referrer,
        content_range,
    };
    moderation::report_picture(server, client, piece, &request.body).await
}
