//! A picture is offered, pulled, opened; a cut does not start it again.

use crate::world::World;
use floater_core::{Command, Event, Misuse, Picture, PictureState};
use floater_proto::Id;
use floater_proto::body::PictureKind;

pub(crate) fn jpeg(size: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..size).map(|n| (n * 31 % 251) as u8).collect();
    bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
    bytes
}

pub(crate) fn picture() -> Picture {
    let thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned();
    Picture {
        kind: PictureKind::Jpeg,
        width: 640,
        height: 480,
        thumbhash,
        still: false,
        quote: None,
    }
}

fn complete(w: &World, at: usize, id: Id) -> bool {
    let done = PictureState::Complete;
    w.saw(
        at,
        |e| matches!(e, Event::Picture { id: of, state } if *of == id && *state == done),
    )
}

fn opened(w: &World, at: usize) -> Option<Vec<u8>> {
    w.people[at]
        .events
        .iter()
        .find_map(|(_, event)| match event {
            Event::PictureOpened { bytes, .. } => Some(bytes.to_vec()),
            _ => None,
        })
}

#[test]
fn a_picture_arrives_and_opens() {
    let (mut w, a, b) = World::talking(60);
    let bytes = jpeg(300_000);
    w.offer(a, picture(), bytes.clone()).unwrap();
    w.until("the offer", |w| w.offered(b).len() == 1);
    let id = w.offered(b)[0].1;
    w.until("the picture", |w| complete(w, b, id));
    let moving = |e: &Event| {
        matches!(
            e,
            Event::Picture {
                state: PictureState::Moving { .. },
                ..
            }
        )
    };
    assert!(w.saw(a, moving) && w.saw(b, moving));
    w.tell(b, Command::OpenPicture { id }).unwrap();
    assert_eq!(opened(&w, b), Some(bytes));
}

#[test]
fn a_line_overtakes_a_picture() {
    let (mut w, a, b) = World::talking(61);
    w.offer(a, picture(), jpeg(4_000_000)).unwrap();
    w.until("the offer", |w| w.offered(b).len() == 1);
    let id = w.offered(b)[0].1;
    w.run(200);
    w.say(a, "看这张");
    w.until("the line", |w| w.heard(b) == ["看这张"]);
    assert!(
        !complete(&w, b, id),
        "the line did not wait for the picture"
    );
    w.until("the picture", |w| complete(w, b, id));
}

#[test]
fn a_picture_goes_on_after_cuts_and_a_restart() {
    let (mut w, a, b) = World::talking(62);
    let bytes = jpeg(3_000_000);
    w.offer(a, picture(), bytes.clone()).unwrap();
    for round in 0..6 {
        w.run(300);
        match round % 3 {
            0 => w.cut(a),
            1 => w.cut(b),
            _ => {
                w.kill_server();
                w.run(500);
                w.start_server();
            }
        }
        w.run(1_500);
    }
    w.until("the offer", |w| w.offered(b).len() == 1);
    let id = w.offered(b)[0].1;
    w.until("the picture", |w| complete(w, b, id));
    w.tell(b, Command::OpenPicture { id }).unwrap();
    assert_eq!(opened(&w, b), Some(bytes));
}

#[test]
fn a_picture_opens_after_its_sender_left() {
    let (mut w, a, b) = World::talking(63);
    let bytes = jpeg(100_000);
    w.offer(a, picture(), bytes.clone()).unwrap();
    w.until("the offer", |w| w.offered(b).len() == 1);
    let id = w.offered(b)[0].1;
    w.until("the picture", |w| complete(w, b, id));
    w.tell(a, Command::Leave).unwrap();
    w.run(1_000);
    w.tell(b, Command::OpenPicture { id }).unwrap();
    assert_eq!(opened(&w, b), Some(bytes));
    w.tell(b, Command::Forget).unwrap();
    assert_eq!(
        w.tell(b, Command::OpenPicture { id }),
        Err(Misuse::NothingRemembered)
    );
}

#[test]
fn what_is_no_picture_is_not_sent() {
    let (mut w, a, _) = World::talking(64);
    assert_eq!(
        w.offer(a, picture(), b"<svg/>".to_vec()),
        Err(Misuse::Picture)
    );
    assert_eq!(
        w.offer(a, picture(), jpeg(9 * 1024 * 1024)),
        Err(Misuse::Picture)
    );
}
