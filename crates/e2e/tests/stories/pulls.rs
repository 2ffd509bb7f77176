//! A stranger offers and serves pictures as they like: one that is not what was offered is never
//! shown. FLOATER/1.0 §6.6

use crate::pictures::{Change, jpeg, picture};
use crate::stranger::{CONTROL, Stranger, decode};
use floater_e2e::Event;
use floater_evidence::Statement;
use floater_proto::body::{PictureKind, PictureOffer, to_json};
use floater_proto::{Binary, ByteRange, ContentRange, Method, Start, Status, encode, field};
use sha2::{Digest, Sha256};

pub(crate) fn offered(bytes: &[u8]) -> PictureOffer {
    PictureOffer {
        id: Binary([4; 16]),
        kind: PictureKind::Jpeg,
        size: bytes.len() as u64,
        width: 640,
        height: 480,
        sha256: Binary(Sha256::digest(bytes).into()),
        thumbhash: String::new(),
        still: false,
    }
}

pub(crate) fn put(stranger: &mut Stranger, offer: &PictureOffer) -> u16 {
    let body = to_json(offer);
    let statement = Statement {
        resource: "/picture",
        content_type: "application/json",
        ..stranger.statement(&body)
    };
    stranger.say(&statement);
    // The pull begins at once: its requests stay to be read by `serve`.
    let frames = stranger.frames.clone();
    let status = stranger.status();
    stranger.frames = frames;
    status
}

/// What a stranger does with a range it is asked for: status, range named, bytes.
type Serve<'a> = &'a dyn Fn(ByteRange) -> (Status, ByteRange, Vec<u8>);

/// The ranges that our side asks for: n of the record, id of the request, range.
fn ranges(stranger: &mut Stranger) -> Vec<(u64, u64, ByteRange)> {
    let mut asked = Vec::new();
    for (n, plain) in stranger.read().iter().filter(|(n, _)| *n < CONTROL) {
        let message = decode(plain);
        if let Start::Request {
            method: Method::Get,
            ..
        } = message.start
        {
            let range = ByteRange::parse(message.field(field::RANGE).unwrap()).unwrap()[0];
            asked.push((*n, message.request_id.unwrap(), range));
        }
    }
    asked
}

fn serve(stranger: &mut Stranger, size: u64, how: Serve<'_>) {
    loop {
        let asked = ranges(stranger);
        if asked.is_empty() {
            return;
        }
        for (n, id, range) in asked {
            stranger.acknowledge(n + 1);
            let (status, named, bytes) = how(range);
            let mut out = Vec::new();
            let named = ContentRange {
                ranges: vec![named],
                size,
            };
            encode::response(&mut out, status)
                .request_id(id)
                .content_type("image/jpeg")
                .field(field::CONTENT_RANGE, &named.to_string())
                .finish(&bytes)
                .unwrap();
            stranger.message(out);
        }
    }
}

fn cut(bytes: &[u8], range: ByteRange) -> Vec<u8> {
    bytes[range.first as usize..=range.last as usize].to_vec()
}

/// Offers one picture and serves it in some way: whether it could be opened.
fn pulled(offer: &PictureOffer, how: Serve<'_>) -> bool {
    let mut stranger = Stranger::greeted();
    assert_eq!(put(&mut stranger, offer), 200);
    serve(&mut stranger, offer.size, how);
    let opened = stranger.side.open_picture(0, offer.id).is_ok();
    let complete = stranger
        .events
        .contains(&Event::PictureComplete { id: offer.id });
    let failed = stranger
        .events
        .contains(&Event::PictureFailed { id: offer.id });
    assert_eq!((opened, opened), (complete, !failed));
    opened
}

#[test]
fn p18_a_picture_that_is_not_what_was_offered_is_never_shown() {
    let bytes = jpeg(100_000, 7);
    let offer = offered(&bytes);
    let part = |range| (Status::PARTIAL_CONTENT, range, cut(&bytes, range));
    assert!(pulled(&offer, &part), "the honest one is");
    let wrong = |range: ByteRange| {
        let mut piece = cut(&bytes, range);
        if range.last == 99_999 {
            *piece.last_mut().unwrap() ^= 1;
        }
        (Status::PARTIAL_CONTENT, range, piece)
    };
    assert!(!pulled(&offer, &wrong), "one bit of the last byte");
    let short = |range: ByteRange| {
        let mut piece = cut(&bytes, range);
        piece.pop();
        (Status::PARTIAL_CONTENT, range, piece)
    };
    assert!(!pulled(&offer, &short), "a byte too few");
    let long = |range| {
        (
            Status::PARTIAL_CONTENT,
            range,
            [cut(&bytes, range), vec![0]].concat(),
        )
    };
    assert!(!pulled(&offer, &long), "a byte too many");
    let elsewhere = |range: ByteRange| {
        let named = ByteRange {
            first: range.first + 1,
            last: range.last.min(99_998) + 1,
        };
        (Status::PARTIAL_CONTENT, named, cut(&bytes, range))
    };
    assert!(
        !pulled(
            &PictureOffer {
                size: 99_000,
                ..offer.clone()
            },
            &elsewhere
        ),
        "another range"
    );
    let whole = |range| (Status::OK, range, cut(&bytes, range));
    assert!(!pulled(&offer, &whole), "another status");
    let gone = |range| (Status::NOT_FOUND, range, b"{}".to_vec());
    assert!(!pulled(&offer, &gone), "gone");
    let kind = PictureOffer {
        kind: PictureKind::Png,
        ..offer
    };
    assert!(!pulled(&kind, &part), "another kind");
}

#[test]
fn offers_that_no_honest_program_makes_are_refused() {
    let bytes = jpeg(1_000, 8);
    let good = offered(&bytes);
    let refuse: [(&str, u16, Change<PictureOffer>); 5] = [
        ("nothing", 413, |o| o.size = 0),
        ("too large", 413, |o| o.size = 8 * 1024 * 1024 + 1),
        ("no pixels", 422, |o| o.height = 0),
        ("too many pixels", 422, |o| o.width = 40_000),
        ("a ThumbHash too long", 422, |o| {
            o.thumbhash = "A".repeat(35)
        }),
    ];
    for (name, status, change) in refuse {
        let mut stranger = Stranger::greeted();
        let mut bad = good.clone();
        change(&mut bad);
        assert_eq!(put(&mut stranger, &bad), status, "{name}");
        assert_eq!(stranger.shown(), 0, "{name}");
        assert_eq!(
            put(&mut stranger, &good),
            200,
            "what is refused has counted: {name}"
        );
    }
}

#[test]
fn one_id_is_one_picture() {
    let mut stranger = Stranger::greeted();
    let offer = offered(&jpeg(1_000, 9));
    assert_eq!(put(&mut stranger, &offer), 200);
    assert_eq!(put(&mut stranger, &offer), 422);
    assert_eq!(stranger.shown(), 1);
}

/// A picture that failed may be offered again; late answers to the first offer do not count.
#[test]
fn p18_answers_to_a_failed_offer_do_not_count_for_the_next() {
    let mut stranger = Stranger::greeted();
    let bytes = jpeg(100_000, 12);
    let offer = offered(&bytes);
    assert_eq!(put(&mut stranger, &offer), 200);
    let asked = ranges(&mut stranger);
    answer(&mut stranger, asked[0].1, asked[0].2, b"x");
    assert!(
        stranger
            .events
            .contains(&Event::PictureFailed { id: offer.id })
    );
    assert_eq!(put(&mut stranger, &offer), 200);
    for (_, id, range) in &asked[1..] {
        answer(&mut stranger, *id, *range, &vec![0; range.span() as usize]);
    }
    serve(&mut stranger, offer.size, &|range| {
        (Status::PARTIAL_CONTENT, range, cut(&bytes, range))
    });
    assert_eq!(stranger.side.open_picture(0, offer.id), Ok(bytes.into()));
}

fn answer(stranger: &mut Stranger, id: u64, range: ByteRange, bytes: &[u8]) {
    let mut out = Vec::new();
    let named = ContentRange {
        ranges: vec![range],
        size: 100_000,
    };
    encode::response(&mut out, Status::PARTIAL_CONTENT)
        .request_id(id)
        .content_type("image/jpeg")
        .field(field::CONTENT_RANGE, &named.to_string())
        .finish(bytes)
        .unwrap();
    stranger.message(out);
}

/// The first one's sender never answers, and holds up neither texts nor, for ever, the second one.
#[test]
fn a_picture_whose_sender_is_silent_gives_way_to_the_next() {
    let mut stranger = Stranger::greeted();
    let silent = offered(&jpeg(8 * 32 * 1024, 13));
    let bytes = jpeg(100_000, 14);
    let next = PictureOffer {
        id: Binary([5; 16]),
        ..offered(&bytes)
    };
    assert_eq!(put(&mut stranger, &silent), 200);
    let asked = ranges(&mut stranger);
    assert_eq!(asked.len(), 8, "all that are asked ahead");
    stranger.acknowledge(asked[7].0 + 1);
    assert_eq!(put(&mut stranger, &next), 200);
    assert!(ranges(&mut stranger).is_empty());
    let failed = Event::PictureFailed { id: silent.id };
    stranger.pass(239_999);
    assert!(!stranger.events.contains(&failed));
    stranger.pass(1);
    assert!(stranger.events.contains(&failed));
    serve(&mut stranger, next.size, &|range| {
        (Status::PARTIAL_CONTENT, range, cut(&bytes, range))
    });
    let now = stranger.now;
    assert_eq!(stranger.side.open_picture(now, next.id), Ok(bytes.into()));
}

/// An answer now and then is enough: a slow path fails no picture.
#[test]
fn a_picture_that_comes_slowly_comes() {
    let mut stranger = Stranger::greeted();
    let bytes = jpeg(100_000, 15);
    let offer = offered(&bytes);
    assert_eq!(put(&mut stranger, &offer), 200);
    for (_, id, range) in ranges(&mut stranger) {
        stranger.pass(239_999);
        answer(&mut stranger, id, range, &cut(&bytes, range));
    }
    stranger.pass(300_000);
    let now = stranger.now;
    assert_eq!(stranger.side.open_picture(now, offer.id), Ok(bytes.into()));
}

/// Sixty-four pictures of the largest size: four are pulled, the rest waits for room.
#[test]
fn unopened_pictures_have_a_bound() {
    let mut stranger = Stranger::greeted();
    let mut statuses = Vec::new();
    for id in 0..65 {
        let offer = PictureOffer {
            id: Binary([id; 16]),
            size: 8 * 1024 * 1024,
            ..offered(&jpeg(10, 1))
        };
        statuses.push(put(&mut stranger, &offer));
        stranger.acknowledge(1_000);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 64);
    assert_eq!(statuses[64], 429);
}

#[test]
fn ranges_that_are_none_are_refused() {
    let mut stranger = Stranger::greeted();
    let bytes = jpeg(100_000, 10);
    let (_, offer) = stranger.side.offer_picture(0, picture(&bytes)).unwrap();
    let resource = format!("/picture/{}", offer.id);
    stranger.give(&[]);
    let beyond = [
        "bytes=100000-100000",
        "bytes=0-32768",
        "bytes=0-99999",
        "bytes=5",
        "0-5",
    ];
    for range in beyond {
        stranger.get(&resource, Some(range));
        assert_eq!(stranger.status(), 416, "{range}");
    }
    stranger.get(&resource, None);
    assert_eq!(stranger.status(), 416, "the whole is more than one piece");
    for range in [
        "bytes=0-0",
        "bytes=99999-99999",
        "bytes=0-9,20-29",
        "bytes=0-32767",
    ] {
        stranger.get(&resource, Some(range));
        assert_eq!(stranger.status(), 206, "{range}");
    }
    stranger.get("/picture/BAsSGSAnLjU8Q0pRWF9mbQ", Some("bytes=0-9"));
    assert_eq!(stranger.status(), 404);
}

#[test]
fn several_ranges_come_one_behind_the_other() {
    let mut stranger = Stranger::greeted();
    let bytes = jpeg(1_000, 11);
    let (_, offer) = stranger.side.offer_picture(0, picture(&bytes)).unwrap();
    let id = stranger.get(&format!("/picture/{}", offer.id), Some("bytes=0-9,20-29"));
    let read = stranger.read();
    let found = read.iter().find_map(|(n, plain)| {
        let message = (*n < CONTROL).then(|| decode(plain))?;
        let right = message.request_id == Some(id)
            && message.start
                == Start::Response {
                    status: Status::PARTIAL_CONTENT,
                };
        right.then(|| {
            (
                message.field(field::CONTENT_RANGE).unwrap().to_owned(),
                message.body,
            )
        })
    });
    let expected = [&bytes[..10], &bytes[20..30]].concat();
    assert_eq!(
        found,
        Some(("bytes 0-9,20-29/1000".to_owned(), expected.as_slice()))
    );
}
