//! A picture is offered, pulled, checked, and opened only if it is what was offered.
//! FLOATER/1.0 §6.6

use crate::pair::{A, B, Pair};
use floater_e2e::{Event, Misuse, NewPicture};
use floater_proto::MessageRef;
use floater_proto::body::{PictureKind, PictureOffer};

/// Makes something wrong of something right.
pub(crate) type Change<T> = fn(&mut T);

/// Bytes that begin as a JPEG does.
pub(crate) fn jpeg(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff];
    let mut state = seed | 1;
    bytes.resize_with(size, || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    });
    bytes
}

pub(crate) fn picture(bytes: &[u8]) -> NewPicture {
    NewPicture {
        kind: PictureKind::Jpeg,
        width: 640,
        height: 480,
        thumbhash: "AAAA".into(),
        still: false,
        quote: None,
        bytes: bytes.to_vec().into(),
    }
}

pub(crate) fn offer(pair: &mut Pair, side: usize, bytes: &[u8]) -> (MessageRef, PictureOffer) {
    let now = pair.now;
    pair.sides[side].offer_picture(now, picture(bytes)).unwrap()
}

/// How far each picture was told to be.
fn progress(events: &[Event]) -> Vec<u64> {
    let received = |event: &Event| match event {
        Event::PictureReceived { done, .. } => Some(*done),
        _ => None,
    };
    events.iter().filter_map(received).collect()
}

#[test]
fn a_picture_is_pulled_by_itself_and_opened_once() {
    let mut pair = Pair::greeted();
    let bytes = jpeg(1_000_000, 1);
    let (of, offer) = offer(&mut pair, A, &bytes);
    pair.pass(5_000);
    let heard = Event::Picture {
        of,
        offer: offer.clone(),
        quote: None,
    };
    assert!(pair.heard(B, &heard));
    assert_eq!(progress(&pair.events[B]).last(), Some(&1_000_000));
    assert!(pair.heard(A, &Event::Delivered { number: 1 }));
    assert!(pair.heard(
        A,
        &Event::PictureSent {
            id: offer.id,
            done: 1_000_000
        }
    ));
    assert_eq!(pair.sides[B].open_picture(0, offer.id), Ok(bytes.into()));
    assert_eq!(
        pair.sides[B].open_picture(0, offer.id),
        Err(Misuse::NoPicture)
    );
}

/// P18 on one line: wherever it is cut, the pull goes on where it was.
#[test]
fn p18_a_picture_goes_on_after_each_cut_and_no_piece_comes_twice() {
    let bytes = jpeg(300_000, 2);
    for every in [1, 2, 3, 4, 6, 9, 14, 25] {
        let mut pair = Pair::greeted();
        let (_, offer) = offer(&mut pair, A, &bytes);
        for _ in 0..200 {
            for _ in 0..every {
                let _ = pair.carry(A) | pair.carry(B);
            }
            pair.cut();
            pair.pass(50);
            pair.join();
        }
        pair.pass(20_000);
        let steps = progress(&pair.events[B]);
        assert_eq!(
            steps.len(),
            10,
            "each of the ten ranges once, cut each {every}"
        );
        assert!(steps.is_sorted());
        assert_eq!(
            pair.sides[B].open_picture(0, offer.id).unwrap(),
            bytes,
            "each {every}"
        );
    }
}

#[test]
fn a_line_is_not_kept_waiting_by_a_picture() {
    let mut pair = Pair::greeted();
    let bytes = jpeg(4_000_000, 3);
    offer(&mut pair, A, &bytes);
    for _ in 0..40 {
        let _ = pair.carry(A) | pair.carry(B);
    }
    pair.collect();
    let ahead = pair.wire[A].len();
    pair.sides[A].say(0, "看到了吗", None).unwrap();
    for _ in 0..=ahead {
        pair.carry(A);
    }
    assert_eq!(
        pair.texts(B),
        ["看到了吗"],
        "it stands behind what was sent already, no more"
    );
}

#[test]
fn without_room_on_the_path_no_piece_goes_out_but_lines_do() {
    use floater_e2e::PathId;
    let mut pair = Pair::greeted();
    pair.sides[A].handle_room(0, PathId(1), 0);
    let bytes = jpeg(100_000, 4);
    let (_, offer) = offer(&mut pair, A, &bytes);
    pair.pass(2_000);
    assert!(progress(&pair.events[B]).is_empty());
    pair.say(A, "稍等");
    assert_eq!(pair.texts(B), ["稍等"]);
    pair.sides[A].handle_room(0, PathId(1), 1);
    pair.pass(2_000);
    assert_eq!(
        progress(&pair.events[B]),
        [32_768],
        "one piece for one grant"
    );
    pair.sides[A].handle_room(0, PathId(1), usize::MAX / 2);
    pair.pass(2_000);
    assert!(pair.heard(B, &Event::PictureComplete { id: offer.id }));
}

#[test]
fn what_is_no_picture_is_not_offered() {
    let mut pair = Pair::greeted();
    let good = picture(&jpeg(1_000, 5));
    let refuse: [(&str, Change<NewPicture>); 5] = [
        ("another kind", |p| p.kind = PictureKind::Png),
        ("no pixels", |p| p.width = 0),
        ("too wide", |p| p.width = 4_097),
        ("a ThumbHash too long", |p| p.thumbhash = "A".repeat(35)),
        ("a moving picture", |p| {
            p.bytes = b"GIF89a...".to_vec().into()
        }),
    ];
    for (name, change) in refuse {
        let mut bad = good.clone();
        change(&mut bad);
        assert_eq!(
            pair.sides[A].offer_picture(0, bad),
            Err(Misuse::BadPicture),
            "{name}"
        );
    }
    let sized = |size: usize| NewPicture {
        bytes: jpeg(size, 6).into(),
        ..good.clone()
    };
    let large = 8 * 1024 * 1024;
    assert_eq!(
        pair.sides[A].offer_picture(0, sized(large + 1)),
        Err(Misuse::TooLarge)
    );
    assert!(pair.sides[A].offer_picture(0, sized(large)).is_ok());
}
