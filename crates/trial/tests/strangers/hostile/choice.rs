//! What is said on a connection that has proved itself: before the choice, instead of it, and after.

use super::{Scene, Wrong};
use crate::sealed::{CONTROL, framed};
use crate::stranger::Stranger;
use floater_proto::limits::FRAME_MAX;
use floater_punch::limits::PROVEN_MAX;

/// More than a connection may bring before it is chosen.
const EARLY: usize = 20 * 1024;
/// More connections than are kept.
const MANY: usize = 20;

/// A stranger that is A, who chooses.
pub(super) const OF_INITIATOR: &[Wrong] = &[
    Wrong {
        name: "a frame of length 0 before the choice",
        expected: "closed; found by another connection",
        act: |scene| Box::pin(garbage(scene, vec![0; 24])),
    },
    Wrong {
        name: "a frame of the largest length and 1 before the choice",
        expected: "closed; found by another connection",
        act: |scene| Box::pin(garbage(scene, header(FRAME_MAX - 1))),
    },
    Wrong {
        name: "more than 16 KiB before the choice",
        expected: "closed; found by another connection",
        act: |scene| {
            Box::pin(garbage(
                scene,
                [header(FRAME_MAX - 2), vec![1; EARLY]].concat(),
            ))
        },
    },
    Wrong {
        name: "a frame without an end",
        expected: "another connection is chosen",
        act: |scene| Box::pin(endless(scene)),
    },
    Wrong {
        name: "a text before the choice",
        expected: "ignored; shown when it comes again on a path",
        act: |scene| Box::pin(early_text(scene)),
    },
    Wrong {
        name: "PING before the choice",
        expected: "ignored",
        act: |scene| Box::pin(early_ping(scene)),
    },
    Wrong {
        name: "SELECT with a byte behind it",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |binding| [&[5], binding, &[0]].concat())),
    },
    Wrong {
        name: "SELECT that is cut short",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |binding| [&[5], &binding[1..]].concat())),
    },
    Wrong {
        name: "SELECT with another binding",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |_| [&[5][..], &[9; 32]].concat())),
    },
    Wrong {
        name: "SELECTED from who chooses",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |binding| [&[6], binding].concat())),
    },
    Wrong {
        name: "SELECT with the binding of another connection",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(crossed(scene)),
    },
    Wrong {
        name: "SELECT under the victim's key",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(reflected_select(scene)),
    },
    Wrong {
        name: "SELECT on the relay",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(relayed_select(scene)),
    },
    Wrong {
        name: "SELECT of the attempt before, again",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(old_select(scene)),
    },
    Wrong {
        name: "SELECT twice on one connection",
        expected: "the second one is ignored",
        act: |scene| Box::pin(twice(scene)),
    },
    Wrong {
        name: "two SELECTs on two connections",
        expected: "both are closed, the relay carries, found again",
        act: |scene| Box::pin(two(scene)),
    },
    Wrong {
        name: "twenty proven connections",
        expected: "16 are kept; one of them is chosen",
        act: |scene| Box::pin(many(scene)),
    },
    Wrong {
        name: "a frame of length 0 on the path that carries",
        expected: "closed; the relay carries",
        act: |scene| Box::pin(breaks(scene, vec![0; 24])),
    },
    Wrong {
        name: "a frame that is too long on the path that carries",
        expected: "closed; the relay carries",
        act: |scene| Box::pin(breaks(scene, vec![0xff; 64])),
    },
    Wrong {
        name: "noise in whole frames on the path that carries",
        expected: "ignored; the path carries on",
        act: |scene| Box::pin(noise(scene)),
    },
    Wrong {
        name: "the end inside a frame on the path that carries",
        expected: "the relay carries",
        act: |scene| Box::pin(ends_inside(scene)),
    },
];

/// A stranger that is B, who agrees.
pub(super) const OF_RESPONDER: &[Wrong] = &[
    Wrong {
        name: "SELECT from who agrees",
        expected: "ignored; its SELECTED counts",
        act: |scene| Box::pin(says_first(scene, |binding| [&[5], binding].concat())),
    },
    Wrong {
        name: "SELECTED with another binding",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |_| [&[6][..], &[9; 32]].concat())),
    },
    Wrong {
        name: "SELECTED with a byte behind it",
        expected: "ignored; the right one counts",
        act: |scene| Box::pin(says_first(scene, |binding| [&[6], binding, &[0]].concat())),
    },
    Wrong {
        name: "SELECTED on a connection that was not chosen",
        expected: "ignored; that on the chosen one counts",
        act: |scene| Box::pin(unasked(scene)),
    },
    Wrong {
        name: "garbage in place of SELECTED",
        expected: "closed; found by another attempt",
        act: |scene| Box::pin(no_answer(scene, Some(vec![0; 24]))),
    },
    Wrong {
        name: "no answer to SELECT",
        expected: "given up after 2 s; found by another attempt",
        act: |scene| Box::pin(no_answer(scene, None)),
    },
];

fn header(length: usize) -> Vec<u8> {
    u16::try_from(length).unwrap().to_be_bytes().to_vec()
}

/// A connection that has proved itself, in an attempt of its own. What went wrong before may have
/// made the other one begin afresh meanwhile, which ends this attempt: then in the next one.
async fn proven(scene: &mut Scene) -> (crate::hole::Offered, u32) {
    const ATTEMPTS: usize = 3;
    for _ in 0..ATTEMPTS {
        let offered = scene.stranger.attempt().await;
        if let Some(hole) = scene.stranger.prove(&offered).await {
            return (offered, hole);
        }
    }
    panic!("it is not proven in {ATTEMPTS} attempts")
}

async fn chooses(scene: &mut Scene, hole: u32) {
    assert!(scene.stranger.choose(hole).await, "the right choice counts");
    scene.stranger.path = Some(hole);
}

async fn garbage(scene: &mut Scene, bytes: Vec<u8>) {
    let (offered, hole) = proven(scene).await;
    scene.stranger.say_on(hole, &bytes).await;
    scene.stranger.hole_ends(hole).await;
    scene.joins(offered).await;
}

async fn endless(scene: &mut Scene) {
    let (offered, hole) = proven(scene).await;
    let bytes = [header(FRAME_MAX - 2), vec![1; 8 * 1024]].concat();
    scene.stranger.say_on(hole, &bytes).await;
    scene.joins(offered).await;
}

async fn early_text(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    let message = scene.stranger.text("said too early");
    let record = scene.stranger.sealed.record(&message);
    scene.stranger.say_on(hole, &record).await;
    chooses(scene, hole).await;
    // It was lost, as far as the victim knows.
    scene.stranger.send(&record).await;
    assert_eq!(scene.stranger.answer().await.0, 200);
    scene.stranger.numbers += 1;
    scene.victim.reads("said too early").await.unwrap();
    scene.shown += 1;
}

async fn early_ping(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    let pongs = scene.stranger.pongs;
    for number in 0..100_u64 {
        let ping = [&[3], number.to_be_bytes().as_slice()].concat();
        let frame = scene.stranger.sealed.control(&ping);
        scene.stranger.say_on(hole, &frame).await;
    }
    chooses(scene, hole).await;
    scene.still_listens("PING").await.unwrap();
    assert_eq!(scene.stranger.pongs, pongs);
}

async fn says_first(scene: &mut Scene, says: fn(&[u8]) -> Vec<u8>) {
    let (_, hole) = proven(scene).await;
    let plain = says(&scene.stranger.binding(hole));
    let frame = scene.stranger.sealed.control(&plain);
    scene.stranger.say_on(hole, &frame).await;
    chooses(scene, hole).await;
}

async fn crossed(scene: &mut Scene) {
    let (offered, hole) = proven(scene).await;
    let other = scene.stranger.prove(&offered).await.unwrap();
    let plain = [&[5], scene.stranger.binding(other).as_slice()].concat();
    let frame = scene.stranger.sealed.control(&plain);
    scene.stranger.say_on(hole, &frame).await;
    chooses(scene, hole).await;
}

async fn reflected_select(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    let stranger = &mut scene.stranger;
    let plain = [&[5], stranger.binding(hole).as_slice()].concat();
    let frame = stranger
        .sealed
        .frame_of_the_other(CONTROL + 1_000_000, &plain);
    stranger.say_on(hole, &frame).await;
    chooses(scene, hole).await;
}

async fn relayed_select(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    let plain = [&[5], scene.stranger.binding(hole).as_slice()].concat();
    let frame = scene.stranger.sealed.control(&plain);
    scene.stranger.raw.relay(&frame).await;
    chooses(scene, hole).await;
}

async fn old_select(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    let plain = [&[5], scene.stranger.binding(hole).as_slice()].concat();
    let old = scene.stranger.sealed.control(&plain);
    scene.stranger.say_on(hole, &old).await;
    scene.stranger.path = Some(hole);
    scene.still_listens("SELECT").await.unwrap();
    let (_, hole) = proven(scene).await;
    scene.stranger.say_on(hole, &old).await;
    chooses(scene, hole).await;
}

async fn twice(scene: &mut Scene) {
    let (_, hole) = proven(scene).await;
    chooses(scene, hole).await;
    scene.stranger.select(hole).await;
}

async fn two(scene: &mut Scene) {
    let (offered, one) = proven(scene).await;
    let other = scene.stranger.prove(&offered).await.unwrap();
    for hole in [one, other] {
        scene.stranger.select(hole).await;
    }
    scene.stranger.path = None;
    for hole in [one, other] {
        scene.stranger.hole_ends(hole).await;
    }
    scene.still_listens("two SELECTs").await.unwrap();
    let offered = scene.stranger.attempt().await;
    scene.joins(offered).await;
}

async fn many(scene: &mut Scene) {
    let (offered, first) = proven(scene).await;
    let mut holes = vec![first];
    while holes.len() < MANY {
        holes.push(scene.stranger.prove(&offered).await.unwrap());
    }
    let too_many = |it: &mut Stranger| {
        let over = holes.iter().filter(|hole| it.is_over(**hole)).count();
        (over == MANY - PROVEN_MAX).then_some(())
    };
    scene
        .stranger
        .until("the end of what is too many", too_many)
        .await;
    chooses(scene, first).await;
}

async fn breaks(scene: &mut Scene, bytes: Vec<u8>) {
    let offered = scene.stranger.attempt().await;
    scene.joins(offered).await;
    let hole = scene.stranger.path.unwrap();
    scene.stranger.say_on(hole, &bytes).await;
    scene.stranger.hole_ends(hole).await;
    assert_eq!(scene.stranger.path, None);
}

async fn noise(scene: &mut Scene) {
    let offered = scene.stranger.attempt().await;
    scene.joins(offered).await;
    let hole = scene.stranger.path.unwrap();
    for number in 0..1_000_u64 {
        let n = [number, CONTROL + number, 0, u64::MAX][usize::try_from(number % 4).unwrap()];
        scene.stranger.say_on(hole, &framed(n, &[7; 64])).await;
    }
    scene.still_listens("noise").await.unwrap();
    assert_eq!(scene.stranger.path, Some(hole));
}

async fn ends_inside(scene: &mut Scene) {
    let offered = scene.stranger.attempt().await;
    scene.joins(offered).await;
    let hole = scene.stranger.path.unwrap();
    let frame = scene.stranger.sealed.frame(u64::MAX / 4, &[0; 256]);
    scene.stranger.say_on(hole, &frame[..100]).await;
    scene.stranger.drop_hole(hole);
}

async fn unasked(scene: &mut Scene) {
    let (offered, chosen) = proven(scene).await;
    let other = scene.stranger.prove(&offered).await.unwrap();
    scene.stranger.selected(other).await;
    chooses(scene, chosen).await;
}

async fn no_answer(scene: &mut Scene, instead: Option<Vec<u8>>) {
    let (offered, hole) = proven(scene).await;
    if let Some(bytes) = instead {
        scene.stranger.say_on(hole, &bytes).await;
    }
    scene.stranger.hole_ends(hole).await;
    scene.joins(offered).await;
}
