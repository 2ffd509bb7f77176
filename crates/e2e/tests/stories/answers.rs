//! What is asked, and what it is answered with. FLOATER/1.0 §6.1

use crate::pictures::{jpeg, picture};
use crate::stranger::{CONTROL, Stranger, decode};
use floater_e2e::Event;
use floater_proto::{Method, Resource, Start, Status, encode};

/// The id of the request for a resource that our side has made.
fn asked(stranger: &mut Stranger, wanted: &str) -> u64 {
    let read = stranger.read();
    let id = |plain: &[u8]| {
        let message = decode(plain);
        match message.start {
            Start::Request {
                method: Method::Post,
                resource,
                ..
            } if resource == wanted => message.request_id,
            _ => None,
        }
    };
    read.iter().find_map(|(_, plain)| id(plain)).unwrap()
}

fn answer(stranger: &mut Stranger, id: u64, status: Status) {
    let mut out = Vec::new();
    encode::response(&mut out, status)
        .request_id(id)
        .finish(&[])
        .unwrap();
    stranger.message(out);
}

#[test]
fn a_line_that_was_refused_has_not_arrived() {
    for (status, arrived) in [
        (Status::OK, true),
        (Status::TOO_MANY, false),
        (Status::UNPROCESSABLE, false),
    ] {
        let mut stranger = Stranger::greeted();
        stranger.side.say(0, "在吗", None).unwrap();
        stranger.give(&[]);
        let id = asked(&mut stranger, "/text");
        for _ in 0..2 {
            answer(&mut stranger, id, status);
        }
        let told = Event::Delivered { number: 1 };
        let told = stranger.events.iter().filter(|event| **event == told);
        assert_eq!(told.count(), usize::from(arrived), "{status:?}, twice");
    }
}

#[test]
fn a_picture_that_was_refused_has_failed_and_is_kept_no_longer() {
    for (status, arrived) in [(Status::OK, true), (Status::TOO_MANY, false)] {
        let mut stranger = Stranger::greeted();
        let (_, offer) = stranger
            .side
            .offer_picture(0, picture(&jpeg(1000, 1)))
            .unwrap();
        stranger.give(&[]);
        let id = asked(&mut stranger, "/picture");
        answer(&mut stranger, id, status);
        let failed = Event::PictureFailed { id: offer.id };
        let told = |event| stranger.events.contains(event);
        assert_eq!(told(&Event::Delivered { number: 1 }), arrived);
        assert_eq!(told(&failed), !arrived);
        stranger.get(&format!("/picture/{}", offer.id), Some("bytes=0-9"));
        assert_eq!(stranger.status(), if arrived { 206 } else { 404 });
    }
}

#[test]
fn an_answer_says_its_type_where_it_has_a_body() {
    let mut stranger = Stranger::greeted();
    for (body, status, kind) in [
        ("{", Status::BAD_REQUEST, Some("application/json")),
        (r#"{"typing":true}"#, Status::OK, None),
    ] {
        stranger.post(Resource::Typing, "application/json", body.as_bytes());
        let read = stranger.read();
        let records = read.iter().filter(|(n, _)| *n < CONTROL);
        let answers: Vec<_> = records.map(|(_, plain)| decode(plain)).collect();
        let [answer] = answers.as_slice() else {
            panic!("one answer, not {}", answers.len());
        };
        assert_eq!(answer.start, Start::Response { status });
        assert_eq!(answer.content_type(), kind);
        assert_eq!(answer.body.is_empty(), kind.is_none());
    }
}
