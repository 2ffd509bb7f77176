use crate::account::in_session;
use crate::rates::Rate;
use crate::store::{PictureOf, ReportedPicture};
use crate::{Client, Reply, Server};
use floater_proto::body::{Fault, PictureOffer, Problem, from_json};
use floater_proto::{ContentRange, Id, Resource, Status, limits};
use sha2::{Digest, Sha256};

/// Which piece of which picture: the fields of the request's head.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The report of the resource.
    pub report: Id,
    /// `Referrer`: the message that offers the picture, `/message/A/7`.
    pub referrer: Option<&'a str>,
    /// `Content-range`: one range, beginning where the last one ended.
    pub content_range: Option<&'a str>,
}

/// `POST /report/<id>/picture`: the bytes of a reported picture, piece by piece. The last one is
/// answered `201` if the hash of the whole is the one that was signed. A piece that is there
/// already counts as taken.
///
/// # Errors
/// `no-picture`, `invalid`, `not-proved`, `too-large`, `too-many`.
pub async fn report_picture(
    server: &Server,
    client: &Client,
    piece: Piece<'_>,
    body: &[u8],
) -> Result<Reply, Problem> {
    let own = in_session(client)?;
    server.rates.check(Rate::PieceByAccount, own.account)?;
    server.rates.check(Rate::PieceGlobally, ())?;
    let message = match piece.referrer.and_then(Resource::parse) {
        Some(Resource::Message(message)) => message,
        _ => {
            return Err(Problem::invalid(
                "Referrer",
                "names the message: /message/A/7",
            ));
        }
    };
    let of = PictureOf {
        report: piece.report,
        reporter: own.account,
        message,
    };
    let picture = server.store.reported_picture(&of).await?;
    let picture = picture.ok_or_else(|| {
        Problem::new(
            Fault::NoPicture,
            "no message of this report offers that picture",
        )
    })?;
    let offer: PictureOffer = from_json(picture.offer.as_bytes())?;
    let at = check_piece(&piece, &offer, body)?;
    take(server, &of, &picture, &offer, (at, body)).await
}

/// Where the piece begins.
fn check_piece(piece: &Piece<'_>, offer: &PictureOffer, body: &[u8]) -> Result<u64, Problem> {
    let wrong = || {
        Problem::invalid(
            "Content-range",
            "one range of the whole picture, as long as the body",
        )
    };
    let range = piece
        .content_range
        .and_then(|text| ContentRange::parse(text).ok());
    let range = range.ok_or_else(wrong)?;
    if body.len() > limits::CHUNK_MAX || offer.size > limits::PICTURE_MAX as u64 {
        return Err(Problem::new(
            Fault::TooLarge,
            "a piece has at most 32 KiB, a picture 8 MiB",
        ));
    }
    match range.ranges.as_slice() {
        [one] if one.span() == body.len() as u64 && range.size == offer.size => Ok(one.first),
        _ => Err(wrong()),
    }
}

async fn take(
    server: &Server,
    of: &PictureOf,
    picture: &ReportedPicture,
    offer: &PictureOffer,
    (at, body): (u64, &[u8]),
) -> Result<Reply, Problem> {
    let end = at.saturating_add(body.len() as u64);
    if picture.proved {
        return Ok(Reply {
            status: Status::CREATED,
            ..Reply::done()
        });
    }
    if at > picture.received {
        let told = format!("the next byte wanted is {}", picture.received);
        return Err(Problem::invalid("Content-range", told));
    }
    if end <= picture.received {
        return Ok(Reply {
            status: Status::ACCEPTED,
            ..Reply::done()
        });
    }
    let fresh = usize::try_from(picture.received.saturating_sub(at)).unwrap_or(usize::MAX);
    let fresh = body.get(fresh..).unwrap_or_default();
    let received = server
        .store
        .put_picture_piece(of, picture.received, fresh)
        .await?;
    if received < offer.size {
        return Ok(Reply {
            status: Status::ACCEPTED,
            ..Reply::done()
        });
    }
    let bytes = server.store.picture_bytes(of).await?;
    let proved = Sha256::digest(&bytes).as_slice() == offer.sha256.0.as_slice();
    server.store.judge_picture(of, proved).await?;
    if !proved {
        return Err(Problem::new(
            Fault::NotProved,
            "the bytes are not those that were signed",
        ));
    }
    Ok(Reply {
        status: Status::CREATED,
        ..Reply::done()
    })
}
