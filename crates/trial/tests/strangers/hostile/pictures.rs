//! Pictures that are not what they are said to be.

use super::{Scene, Wrong};
use crate::JSON;
use crate::sealed::decoded;
use crate::stranger::Stranger;
use floater_proto::{Binary, Id, Start, Status, encode, field};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Begins like a PNG, and is none.
fn bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0x5d; length];
    bytes[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
    bytes
}

pub(super) const ALL: &[Wrong] = &[
    Wrong {
        name: "an offer of 0 bytes",
        expected: "refused: 413",
        act: |scene| Box::pin(refused(scene, "size", json!(0), 413)),
    },
    Wrong {
        name: "an offer of 8 MiB and 1",
        expected: "refused: 413",
        act: |scene| Box::pin(refused(scene, "size", json!(8_388_609), 413)),
    },
    Wrong {
        name: "an offer of more bytes than a number holds",
        expected: "refused: 400",
        act: |scene| Box::pin(refused(scene, "size", json!(1e30), 400)),
    },
    Wrong {
        name: "an offer of a picture that is too wide",
        expected: "refused: 422",
        act: |scene| Box::pin(refused(scene, "width", json!(4_000_000_000_u32), 422)),
    },
    Wrong {
        name: "an offer of a picture without a height",
        expected: "refused: 422",
        act: |scene| Box::pin(refused(scene, "height", json!(0), 422)),
    },
    Wrong {
        name: "an offer of SVG",
        expected: "refused: 400",
        act: |scene| Box::pin(refused(scene, "kind", json!("image/svg+xml"), 400)),
    },
    Wrong {
        name: "an offer with a thumbnail of a kilobyte",
        expected: "refused: 422",
        act: |scene| Box::pin(refused(scene, "thumbhash", json!("A".repeat(1_366)), 422)),
    },
    Wrong {
        name: "an offer with a hash of three bytes",
        expected: "refused: 400",
        act: |scene| Box::pin(refused(scene, "sha256", json!("AAAA"), 400)),
    },
    Wrong {
        name: "bytes with another hash than was offered",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.bytes[100] ^= 1)),
    },
    Wrong {
        name: "bytes of another kind than was offered",
        expected: "failed, not shown",
        act: |scene| {
            Box::pin(fails(scene, |it| {
                it.bytes[..4].copy_from_slice(b"GIF8");
                it.offer["sha256"] = hash(&it.bytes);
            }))
        },
    },
    Wrong {
        name: "fewer bytes than were asked",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.short = true)),
    },
    Wrong {
        name: "another range than was asked",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.range = Some("bytes 0-9/70000"))),
    },
    Wrong {
        name: "a range that is no range",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.range = Some("bytes 9-0/nothing"))),
    },
    Wrong {
        name: "404 in place of bytes",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.status = Status::NOT_FOUND)),
    },
    Wrong {
        name: "200 in place of 206",
        expected: "failed, not shown",
        act: |scene| Box::pin(fails(scene, |it| it.status = Status::OK)),
    },
    Wrong {
        name: "a picture that is no picture",
        expected: "not opened, nothing saved",
        act: |scene| Box::pin(opens_not(scene, bytes(70_000))),
    },
    Wrong {
        name: "a small file of 25 million pixels",
        expected: "not opened, nothing saved",
        act: |scene| Box::pin(opens_not(scene, bomb())),
    },
    Wrong {
        name: "an id that is open already, and the 65th open picture",
        expected: "refused: 422 and 429",
        act: |scene| Box::pin(too_many(scene)),
    },
    Wrong {
        name: "bytes of pictures that nobody offered",
        expected: "refused: 404",
        act: |scene| Box::pin(unknown(scene)),
    },
];

/// A picture, and how its bytes are told.
struct Told {
    offer: Value,
    bytes: Vec<u8>,
    status: Status,
    range: Option<&'static str>,
    short: bool,
}

fn hash(bytes: &[u8]) -> Value {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    json!(Binary(hash).to_string())
}

fn offer(scene: &Scene, bytes: &[u8]) -> Value {
    let mut id = [0x5e; 16];
    id[..8].copy_from_slice(&scene.stranger.requests.to_be_bytes());
    let id: Id = Binary(id);
    json!({
        "id": id.to_string(), "kind": "image/png", "size": bytes.len(), "width": 100,
        "height": 100, "sha256": hash(bytes), "thumbhash": "", "still": false,
    })
}

fn offered(it: &mut Stranger, offer: &Value) -> Vec<u8> {
    let (match_id, body) = (it.match_id, offer.to_string());
    let mut statement = it.statement(&match_id, body.as_bytes());
    statement.resource = "/picture";
    statement.content_type = JSON;
    it.signed(&statement)
}

async fn refused(scene: &mut Scene, key: &str, value: Value, status: u16) {
    let mut offer = offer(scene, &bytes(1_000));
    offer[key] = value;
    let message = offered(&mut scene.stranger, &offer);
    assert_eq!(scene.stranger.ask(&message).await.0, status, "{key}");
    // It was signed, so its number counts.
    scene.stranger.numbers += 1;
}

/// Offers it, and is asked for it.
async fn offers(scene: &mut Scene, offer: &Value) {
    let message = offered(&mut scene.stranger, offer);
    assert_eq!(scene.stranger.ask(&message).await.0, 200);
    scene.stranger.numbers += 1;
    scene.shown += 1;
    let sent = format!("[{}] hong sent a picture:", scene.shown);
    scene.victim.reads(&sent).await.unwrap();
}

/// Answers each range that is asked for, one after the other, until all or the first wrong one.
async fn tells(it: &mut Stranger, told: &Told) {
    let (size, mut first) = (told.bytes.len(), 0);
    while first < size {
        let last = (first + 32_767).min(size - 1);
        let range = format!("bytes={first}-{last}");
        let id = it
            .until("a question for bytes", |it| it.asked(&range))
            .await;
        let (from, to) = (first, if told.short { last - 1 } else { last });
        let honest = format!("bytes {first}-{last}/{size}");
        let mut out = Vec::new();
        encode::response(&mut out, told.status)
            .request_id(id)
            .field(field::CONTENT_RANGE, told.range.unwrap_or(&honest))
            .content_type("image/png")
            .finish(&told.bytes[from..=to])
            .unwrap();
        let record = it.sealed.record(&out);
        it.send(&record).await;
        if told.status != Status::PARTIAL_CONTENT || told.range.is_some() || told.short {
            return;
        }
        first = last + 1;
    }
}

impl Stranger {
    /// The latest question for a range; it counts once.
    fn asked(&mut self, range: &str) -> Option<u64> {
        let at = self.heard.iter().position(|plain| {
            let message = decoded(plain);
            matches!(message.start, Start::Request { resource, .. } if resource.starts_with("/picture/"))
                && message.field(field::RANGE) == Some(range)
        })?;
        let id = decoded(&self.heard[at]).request_id;
        self.heard.remove(at);
        id
    }
}

async fn fails(scene: &mut Scene, spoil: fn(&mut Told)) {
    // Questions for what failed before are of no use.
    scene.stranger.heard.clear();
    let bytes = bytes(70_000);
    let mut told = Told {
        offer: offer(scene, &bytes),
        bytes,
        status: Status::PARTIAL_CONTENT,
        range: None,
        short: false,
    };
    spoil(&mut told);
    offers(scene, &told.offer.clone()).await;
    tells(&mut scene.stranger, &told).await;
    let failed = format!("[{}] The picture did not arrive.", scene.shown);
    scene.victim.reads(&failed).await.unwrap();
}

async fn opens_not(scene: &mut Scene, bytes: Vec<u8>) {
    scene.stranger.heard.clear();
    let told = Told {
        offer: offer(scene, &bytes),
        bytes,
        status: Status::PARTIAL_CONTENT,
        range: None,
        short: false,
    };
    offers(scene, &told.offer.clone()).await;
    tells(&mut scene.stranger, &told).await;
    let here = format!("[{}] The picture is here.", scene.shown);
    scene.victim.reads(&here).await.unwrap();
    let file = scene.home.path().join("saved.png");
    let save = format!("/save {} {}", scene.shown, file.display());
    scene.victim.types(&save).await.unwrap();
    scene
        .victim
        .reads("The picture cannot be shown")
        .await
        .unwrap();
    assert!(!file.exists());
}

/// A file of a few kilobytes, whose pixels are more than anybody may show.
fn bomb() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let black = image::GrayImage::new(5_000, 5_000);
    black.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

async fn too_many(scene: &mut Scene) {
    scene.stranger.heard.clear();
    let first = offer(scene, &bytes(1_000));
    offers(scene, &first).await;
    let message = offered(&mut scene.stranger, &first);
    assert_eq!(scene.stranger.ask(&message).await.0, 422, "the same id");
    scene.stranger.numbers += 1;
    let mut status = 200;
    let mut open = 1;
    while status == 200 {
        let next = offer(scene, &bytes(1_000));
        let message = offered(&mut scene.stranger, &next);
        status = scene.stranger.ask(&message).await.0;
        scene.stranger.numbers += 1;
        open += 1;
        assert!(open <= 65, "{open} open pictures");
        if status == 200 {
            scene.shown += 1;
            let sent = format!("[{}] hong sent a picture:", scene.shown);
            scene.victim.reads(&sent).await.unwrap();
        }
    }
    assert_eq!(status, 429);
}

async fn unknown(scene: &mut Scene) {
    for range in ["bytes=0-9", "bytes=9-0", "bytes=0-99999999", "nonsense"] {
        scene.stranger.requests += 1;
        let mut out = Vec::new();
        let picture = floater_proto::Resource::parse("/picture/BAsSGSAnLjU8Q0pRWF9mbQ").unwrap();
        encode::request(&mut out, floater_proto::Method::Get, picture)
            .request_id(scene.stranger.requests)
            .field(field::RANGE, range)
            .finish(&[])
            .unwrap();
        let (status, _) = scene.stranger.ask(&out).await;
        assert_eq!(status, 404, "{range}");
    }
}
