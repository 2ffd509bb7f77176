//! Frames that no honest program makes.

use super::{Scene, Wrong};
use crate::sealed::{CONTROL, FIRST, SECOND, framed, pad};
use floater_proto::limits::INNER_MAX;
use floater_proto::{Method, Resource, encode};

/// Of one kind, in a flood.
const FLOOD: u64 = 20_000;
/// Frames in one `/relay`.
const AT_ONCE: u64 = 500;

/// Before the handshake, of which nothing is spoiled.
pub(super) async fn before_keys(scene: &mut Scene) {
    let noise = [0x5b; 320];
    let foul = [
        ("a handshake that is noise", framed(SECOND, &noise[..48])),
        ("a handshake that is too long", framed(SECOND, &noise)),
        ("the handshake of the other role", framed(FIRST, &noise)),
        ("a hello without keys", framed(0, &noise[..272])),
        ("a record without keys", framed(1, &noise[..272])),
        ("control without keys", framed(CONTROL, &noise[..25])),
        ("a frame of length 0", vec![0; 24]),
        ("half a frame", framed(SECOND, &noise)[..20].to_vec()),
        ("nothing at all", Vec::new()),
    ];
    for (name, bytes) in foul {
        scene.stranger.raw.relay(&bytes).await;
        scene.tell(name, "ignored; the handshake succeeds");
    }
}

pub(super) const ALL: &[Wrong] = &[
    Wrong {
        name: "records in the wrong order, each twice",
        expected: "shown once, in order",
        act: |scene| Box::pin(disorder(scene)),
    },
    Wrong {
        name: "a record again",
        expected: "shown once",
        act: |scene| Box::pin(again(scene)),
    },
    Wrong {
        name: "a record with one bit turned, at each byte",
        expected: "ignored",
        act: |scene| Box::pin(turned(scene)),
    },
    Wrong {
        name: "a record that is cut off, at many places",
        expected: "ignored",
        act: |scene| Box::pin(cut_off(scene)),
    },
    Wrong {
        name: "numbers far ahead",
        expected: "ignored",
        act: |scene| Box::pin(far_ahead(scene)),
    },
    Wrong {
        name: "a record under the key of the other role",
        expected: "ignored",
        act: |scene| Box::pin(wrong_role(scene)),
    },
    Wrong {
        name: "the victim's own frame",
        expected: "ignored",
        act: |scene| Box::pin(mirrored(scene)),
    },
    Wrong {
        name: "handshakes when there are keys",
        expected: "ignored",
        act: |scene| Box::pin(late_handshake(scene)),
    },
    Wrong {
        name: "one control frame a thousand times",
        expected: "answered once",
        act: |scene| Box::pin(control_again(scene)),
    },
    Wrong {
        name: "a control frame from below the window",
        expected: "ignored",
        act: |scene| Box::pin(old_control(scene)),
    },
    Wrong {
        name: "control of every kind and many lengths",
        expected: "ignored",
        act: |scene| Box::pin(unknown_control(scene)),
    },
    Wrong {
        name: "ACK of what was never sent",
        expected: "ignored: what the victim says arrives",
        act: |scene| Box::pin(acks(scene, &[u64::MAX, 1 << 63, 1 << 32, 100_000])),
    },
    Wrong {
        name: "ACK that goes backwards",
        expected: "ignored: what the victim says arrives",
        act: |scene| Box::pin(acks(scene, &[3, 2, 1, 0])),
    },
    Wrong {
        name: "RESUME with answers to no question, and absurd numbers",
        expected: "ignored",
        act: |scene| Box::pin(absurd_resume(scene)),
    },
    Wrong {
        name: "a flood of RESUME",
        expected: "each answered, nothing sent again without end",
        act: |scene| Box::pin(flood(scene, |number| resume(1, number, 1))),
    },
    Wrong {
        name: "a flood of PING",
        expected: "each answered",
        act: |scene| Box::pin(flood_of_ping(scene)),
    },
    Wrong {
        name: "more ahead than the window",
        expected: "what is beyond is not held, and taken when it comes again",
        act: |scene| Box::pin(beyond_window(scene)),
    },
    Wrong {
        name: "records that hold no message",
        expected: "nothing",
        act: |scene| Box::pin(no_message(scene)),
    },
    Wrong {
        name: "a head of 8 KiB and 1, a line of 1,025, 33 fields",
        expected: "nothing",
        act: |scene| Box::pin(large_heads(scene)),
    },
    Wrong {
        name: "a relay of noise, of nothing, and of half a frame",
        expected: "ignored",
        act: |scene| Box::pin(foul_relay(scene)),
    },
];

fn ping(number: u64) -> Vec<u8> {
    [&[3], number.to_be_bytes().as_slice()].concat()
}

fn resume(why: u8, number: u64, next: u64) -> Vec<u8> {
    [
        &[2, why],
        number.to_be_bytes().as_slice(),
        &next.to_be_bytes(),
    ]
    .concat()
}

/// A text as the next record, not sent yet.
fn sealed_text(scene: &mut Scene, text: &str) -> Vec<u8> {
    let message = scene.stranger.text(text);
    scene.stranger.numbers += 1;
    scene.stranger.sealed.record(&message)
}

async fn reads(scene: &mut Scene, text: &str) {
    scene.shown += 1;
    let line = scene.victim.reads(text).await.unwrap();
    assert_eq!(line, format!("[{}] hong: {text}", scene.shown));
}

async fn disorder(scene: &mut Scene) {
    let texts: Vec<String> = (1..=5).map(|it| format!("in order {it}")).collect();
    let frames: Vec<_> = texts.iter().map(|it| sealed_text(scene, it)).collect();
    for frame in frames.iter().rev() {
        scene.stranger.send(frame).await;
        scene.stranger.send(frame).await;
    }
    for text in texts {
        reads(scene, &text).await;
    }
}

async fn again(scene: &mut Scene) {
    let frame = sealed_text(scene, "said once");
    for _ in 0..20 {
        scene.stranger.send(&frame).await;
    }
    reads(scene, "said once").await;
}

async fn turned(scene: &mut Scene) {
    let frame = sealed_text(scene, "whole");
    for at in 0..frame.len() {
        let mut turned = frame.clone();
        turned[at] ^= 1 << (at % 8);
        scene.stranger.send(&turned).await;
    }
    scene.stranger.send(&frame).await;
    reads(scene, "whole").await;
}

async fn cut_off(scene: &mut Scene) {
    let frame = sealed_text(scene, "uncut");
    for at in (0..frame.len()).step_by(7) {
        scene.stranger.send(&frame[..at]).await;
    }
    scene.stranger.send(&frame).await;
    reads(scene, "uncut").await;
}

async fn far_ahead(scene: &mut Scene) {
    let sent = scene.stranger.sealed.sent;
    for n in [sent + 32_769, sent + 1_000_000, 1 << 40, CONTROL - 1] {
        let message = scene.stranger.text("from afar");
        let mut plain = message;
        pad(&mut plain);
        let frame = scene.stranger.sealed.frame(n, &plain);
        scene.stranger.send(&frame).await;
    }
}

async fn wrong_role(scene: &mut Scene) {
    let mut plain = scene.stranger.text("in another's name");
    pad(&mut plain);
    let n = scene.stranger.sealed.sent + 1;
    let frame = scene.stranger.sealed.frame_of_the_other(n, &plain);
    scene.stranger.send(&frame).await;
}

async fn mirrored(scene: &mut Scene) {
    let frame = scene.stranger.latest.clone();
    assert!(!frame.is_empty());
    for _ in 0..10 {
        scene.stranger.send(&frame).await;
    }
}

async fn late_handshake(scene: &mut Scene) {
    for n in [0, FIRST, SECOND, u64::MAX] {
        for length in [24, 48, 272, 1_136] {
            let frame = framed(n, &vec![0x5c; length]);
            scene.stranger.send(&frame).await;
        }
    }
}

async fn control_again(scene: &mut Scene) {
    scene.still_listens("the floor").await.unwrap();
    let pongs = scene.stranger.pongs;
    let frame = scene.stranger.sealed.control(&ping(7));
    for _ in 0..10 {
        scene.stranger.send(&frame.repeat(100)).await;
    }
    scene.still_listens("one PING").await.unwrap();
    assert_eq!(scene.stranger.pongs, pongs + 1);
}

async fn old_control(scene: &mut Scene) {
    scene.stranger.sealed.controls += 5_000;
    scene.stranger.control(&ping(1)).await;
    scene.still_listens("the window").await.unwrap();
    let pongs = scene.stranger.pongs;
    let old = CONTROL + scene.stranger.sealed.controls - 3_000;
    let frame = scene.stranger.sealed.frame(old, &ping(2));
    scene.stranger.send(&frame).await;
    scene.still_listens("an old PING").await.unwrap();
    assert_eq!(scene.stranger.pongs, pongs);
}

async fn unknown_control(scene: &mut Scene) {
    for kind in 0..=255_u8 {
        let mut frames = Vec::new();
        for rest in [&[][..], &[0xff], &[0xff; 8], &[0xff; 17], &[0xff; 40]] {
            // What is known and right is no part of this.
            if (kind, rest.len()) != (3, 8) {
                frames.extend(scene.stranger.sealed.control(&[&[kind], rest].concat()));
            }
        }
        scene.stranger.send(&frames).await;
    }
}

async fn acks(scene: &mut Scene, nexts: &[u64]) {
    let forged = |next: &u64| [&[1], next.to_be_bytes().as_slice()].concat();
    for next in nexts {
        scene.stranger.control(&forged(next)).await;
    }
    scene.said += 1;
    let text = format!("and I say {}", scene.said);
    scene.victim.types(&text).await.unwrap();
    scene.shown += 1;
    for next in nexts {
        scene.stranger.control(&forged(next)).await;
    }
    let hears = |it: &mut crate::stranger::Stranger| it.has_heard(&text).then_some(());
    scene.stranger.until("what the victim says", hears).await;
    scene.victim.reads("delivered").await.unwrap();
}

async fn absurd_resume(scene: &mut Scene) {
    for why in [0, 1, 2, 3, 7, 255] {
        for number in [0, 1, u64::MAX] {
            for next in [0, 1, 1 << 40, u64::MAX] {
                scene.stranger.control(&resume(why, number, next)).await;
            }
        }
    }
}

async fn flood(scene: &mut Scene, of: fn(u64) -> Vec<u8>) {
    let before = scene.stranger.raw.captured().len();
    for batch in 0..FLOOD / AT_ONCE {
        let mut frames = Vec::new();
        for number in batch * AT_ONCE..(batch + 1) * AT_ONCE {
            frames.extend(scene.stranger.sealed.control(&of(number)));
        }
        scene.stranger.send(&frames).await;
        scene.stranger.listen().await;
    }
    scene.still_listens("a flood").await.unwrap();
    let came = scene.stranger.raw.captured().len() - before;
    assert!(came < 4 * 1024 * 1024, "{came} bytes for a flood");
}

async fn flood_of_ping(scene: &mut Scene) {
    let pongs = scene.stranger.pongs;
    flood(scene, ping).await;
    let answered = |it: &mut crate::stranger::Stranger| (it.pongs >= pongs + FLOOD).then_some(());
    scene.stranger.until("a PONG for each", answered).await;
    assert_eq!(scene.stranger.pongs, pongs + FLOOD);
}

async fn beyond_window(scene: &mut Scene) {
    let plain = vec![0; INNER_MAX];
    let frames: Vec<_> = (0..8)
        .map(|_| scene.stranger.sealed.plain_record(&plain))
        .collect();
    for frame in &frames[1..] {
        scene.stranger.send(frame).await;
    }
    for frame in &frames {
        scene.stranger.send(frame).await;
    }
}

async fn no_message(scene: &mut Scene) {
    let mut padded = Vec::new();
    encode::request(&mut padded, Method::Post, Resource::Typing)
        .content_type(crate::JSON)
        .finish(br#"{"typing":true}"#)
        .unwrap();
    pad(&mut padded);
    let mut dirty = padded.clone();
    *dirty.last_mut().unwrap() = 1;
    let wide = [padded.as_slice(), &[0; 256]].concat();
    let uneven = &padded[..padded.len() - 1];
    let plains = [
        &dirty,
        wide.as_slice(),
        uneven,
        &[0; 256],
        &[],
        b"GET / HTTP/1.1\r\n\r\n",
    ];
    for plain in plains {
        let frame = scene.stranger.sealed.plain_record(plain);
        scene.stranger.send(&frame).await;
    }
}

async fn large_heads(scene: &mut Scene) {
    let head = |fields: &str| {
        format!("Request-Method: POST\r\nResource: /typing\r\n{fields}\r\n").into_bytes()
    };
    let line = format!("X-Y: {}\r\n", "a".repeat(1_000));
    let heads = [
        head(&line.repeat(9)),
        head(&format!("X-Y: {}\r\n", "a".repeat(1_020))),
        head(
            &(0..33)
                .map(|it| format!("X-{it}: a\r\n"))
                .collect::<String>(),
        ),
        head("X Y: a\r\n"),
        head("X-Y: \u{1b}[2J\r\n"),
    ];
    for head in heads {
        let frame = scene.stranger.sealed.record(&head);
        scene.stranger.send(&frame).await;
    }
}

async fn foul_relay(scene: &mut Scene) {
    let frame = scene.stranger.sealed.frame(1 << 41, &[0; 256]);
    for bytes in [&[][..], &[0xff; 40_000], &[0; 40_000], &frame[..30]] {
        scene.stranger.raw.relay(bytes).await;
    }
}
