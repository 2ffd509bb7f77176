//! Messages in whole and right records that no honest program says.

use super::Scene;
use crate::stranger::{Stranger, signer};
use crate::{JSON, TEXT};
use floater_evidence::{Signer, Statement};
use floater_proto::{Binary, Method, Resource, encode};
use floater_trial::Outcome;
use serde_json::json;

/// A message, and how it is refused.
struct Word {
    name: &'static str,
    says: fn(&mut Stranger) -> Vec<u8>,
    answer: (u16, &'static str),
}

const UNPROVED: (u16, &str) = (422, "not-proved");
const MALFORMED: (u16, &str) = (400, "malformed");
const EARLY: (u16, &str) = (425, "greet-first");

const WORDS: &[Word] = &[
    Word {
        name: "a second greeting",
        says: |it| it.message("/greeting", TEXT, "你好".as_bytes()),
        answer: (200, ""),
    },
    Word {
        name: "a text that is not UTF-8",
        says: |it| text(it, b"\xff\xfe\xc0", |_| {}),
        answer: MALFORMED,
    },
    Word {
        name: "HTML",
        says: |it| text(it, b"<script>", |of| of.content_type = "text/html"),
        answer: (415, "wrong-type"),
    },
    Word {
        name: "a signature of other words",
        says: |it| forged(it, |of| of.body = b"other words"),
        answer: UNPROVED,
    },
    Word {
        name: "a signature of another number",
        says: |it| forged(it, |of| of.number += 1),
        answer: UNPROVED,
    },
    Word {
        name: "a signature of another quote",
        says: |it| forged(it, |of| of.referrer = Some("/message/A/1")),
        answer: UNPROVED,
    },
    Word {
        name: "a signature of another resource",
        says: |it| forged(it, |of| of.resource = "/picture"),
        answer: UNPROVED,
    },
    Word {
        name: "a signature of another match",
        says: |it| forged(it, |of| of.match_id = &Binary([9; 16])),
        answer: UNPROVED,
    },
    Word {
        name: "a signature in the victim's role",
        says: |it| forged(it, |of| of.role = of.role.other()),
        answer: UNPROVED,
    },
    Word {
        name: "a signature of somebody else",
        says: |it| {
            let match_id = it.match_id;
            let statement = it.statement(&match_id, b"hm");
            let proof = Signer::from_seed([0x70; 32]).sign(&statement, [0x56; 32]);
            it.claimed(
                &statement,
                &proof.key.to_string(),
                &proof.signature.to_string(),
            )
        },
        answer: UNPROVED,
    },
    Word {
        name: "a signature of zeros",
        says: |it| {
            let match_id = it.match_id;
            let statement = it.statement(&match_id, b"hm");
            it.claimed(
                &statement,
                &Binary([0; 32]).to_string(),
                &Binary([0; 64]).to_string(),
            )
        },
        answer: UNPROVED,
    },
    Word {
        name: "an evidence key of three bytes",
        says: |it| {
            let match_id = it.match_id;
            let statement = it.statement(&match_id, b"hm");
            it.claimed(&statement, "AAAA", &Binary([0; 64]).to_string())
        },
        answer: MALFORMED,
    },
    Word {
        name: "a number that was skipped",
        says: |it| text(it, b"hm", |of| of.number += 1),
        answer: UNPROVED,
    },
    Word {
        name: "a number that was had",
        says: |it| text(it, b"hm", |of| of.number -= 1),
        answer: UNPROVED,
    },
    Word {
        name: "number 0",
        says: |it| text(it, b"hm", |of| of.number = 0),
        answer: UNPROVED,
    },
    Word {
        name: "having seen what was never said",
        says: |it| text(it, b"hm", |of| of.seen = 1_000),
        answer: UNPROVED,
    },
    Word {
        name: "a text without its fields",
        says: |it| it.message("/text", TEXT, b"hm"),
        answer: MALFORMED,
    },
    Word {
        name: "seen, of what was never said",
        says: |it| it.message("/seen", JSON, br#"{"number":1000}"#),
        answer: (422, "invalid"),
    },
    Word {
        name: "typing, as a list",
        says: |it| it.message("/typing", JSON, b"[]"),
        answer: MALFORMED,
    },
    Word {
        name: "typing, as a picture",
        says: |it| it.message("/typing", "image/png", br#"{"typing":true}"#),
        answer: (415, "wrong-type"),
    },
    Word {
        name: "JSON that is nested ten thousand deep",
        says: |it| it.message("/typing", JSON, &vec![b'['; 10_000]),
        answer: MALFORMED,
    },
    Word {
        name: "a greeting of other words",
        says: |it| it.message("/greeting", TEXT, "再见".as_bytes()),
        answer: MALFORMED,
    },
    Word {
        name: "a step of the safety code out of its turn",
        says: |it| {
            let body = json!({ "step": "reveal", "nonce": Binary([3; 32]).to_string() });
            it.message("/safety", JSON, body.to_string().as_bytes())
        },
        answer: UNPROVED,
    },
    Word {
        name: "an end as a moderator's",
        says: |it| it.message("/end", JSON, br#"{"reason":"moderator"}"#),
        answer: (422, "invalid"),
    },
    Word {
        name: "an end as if the network had",
        says: |it| it.message("/end", JSON, br#"{"reason":"lost"}"#),
        answer: (422, "invalid"),
    },
    Word {
        name: "GET where POST is meant",
        says: |it| asks(it, Method::Get, "/text"),
        answer: (405, "wrong-method"),
    },
    Word {
        name: "a hello as a record",
        says: |it| it.message("/hello", JSON, &[0; 32]),
        answer: (404, "unknown-resource"),
    },
    Word {
        name: "a log-in",
        says: |it| it.message("/session", JSON, b"{}"),
        answer: (404, "unknown-resource"),
    },
    Word {
        name: "an offer of a path, as if of the server",
        says: |it| it.message("/path/offer", JSON, b"{}"),
        answer: (404, "unknown-resource"),
    },
    Word {
        name: "the end of a match, as if of the server",
        says: |it| it.message("/match/end", JSON, br#"{"reason":"left"}"#),
        answer: (404, "unknown-resource"),
    },
];

/// These are proved: they are refused, and their numbers are used up.
const PROVED: &[Word] = &[
    Word {
        name: "a text of 16 KiB and 1",
        says: |it| text(it, &vec![b'a'; 16_385], |_| {}),
        answer: (413, "too-large"),
    },
    Word {
        name: "a text without a character",
        says: |it| text(it, " \n\t ".as_bytes(), |_| {}),
        answer: MALFORMED,
    },
];

/// Before both have greeted nothing of a conversation counts.
const EARLY_WORDS: &[Word] = &[
    Word {
        name: "a text before the greeting",
        says: |it| it.text("too early"),
        answer: EARLY,
    },
    Word {
        name: "an offer before the greeting",
        says: |it| {
            text(it, b"{}", |of| {
                of.resource = "/picture";
                of.content_type = JSON;
            })
        },
        answer: EARLY,
    },
    Word {
        name: "typing before the greeting",
        says: |it| it.message("/typing", JSON, br#"{"typing":true}"#),
        answer: EARLY,
    },
    Word {
        name: "seen before the greeting",
        says: |it| it.message("/seen", JSON, br#"{"number":0}"#),
        answer: EARLY,
    },
    Word {
        name: "a picture's bytes before the greeting",
        says: |it| asks(it, Method::Get, "/picture/BAsSGSAnLjU8Q0pRWF9mbQ"),
        answer: EARLY,
    },
    Word {
        name: "another greeting than 你好",
        says: |it| it.message("/greeting", TEXT, b"hello"),
        answer: MALFORMED,
    },
];

/// A text that is signed as it stands, with something wrong in it.
fn text(it: &mut Stranger, body: &[u8], spoil: impl FnOnce(&mut Statement<'_>)) -> Vec<u8> {
    let match_id = it.match_id;
    let mut statement = it.statement(&match_id, body);
    spoil(&mut statement);
    it.signed(&statement)
}

/// A text as it must be, with the signature of something else.
fn forged(it: &mut Stranger, other: impl FnOnce(&mut Statement<'_>)) -> Vec<u8> {
    let match_id = it.match_id;
    let statement = it.statement(&match_id, b"hm");
    let mut signed = statement;
    other(&mut signed);
    let proof = signer().sign(&signed, [0x56; 32]);
    it.claimed(
        &statement,
        &proof.key.to_string(),
        &proof.signature.to_string(),
    )
}

fn asks(it: &mut Stranger, method: Method, resource: &str) -> Vec<u8> {
    it.requests += 1;
    let mut out = Vec::new();
    encode::request(&mut out, method, Resource::parse(resource).unwrap())
        .request_id(it.requests)
        .finish(&[])
        .unwrap();
    out
}

async fn refused(scene: &mut Scene, word: &Word) {
    let message = (word.says)(&mut scene.stranger);
    let (status, error) = scene.stranger.ask(&message).await;
    assert_eq!((status, error.as_str()), word.answer, "{}", word.name);
}

fn told(word: &Word) -> String {
    match word.answer {
        (200, _) => "answered, and nothing more".to_owned(),
        (status, error) => format!("refused: {status} {error}"),
    }
}

pub(super) async fn before_greeting(scene: &mut Scene) {
    for word in EARLY_WORDS {
        refused(scene, word).await;
        scene.tell(word.name, &told(word));
    }
}

pub(super) async fn all(scene: &mut Scene) -> Outcome<()> {
    for word in WORDS {
        refused(scene, word).await;
        scene.still_listens(word.name).await?;
        scene.tell(word.name, &told(word));
    }
    for word in PROVED {
        refused(scene, word).await;
        scene.stranger.numbers += 1;
        scene.still_listens(word.name).await?;
        scene.tell(word.name, &told(word));
    }
    bad_quotes(scene).await?;
    answers_to_nothing(scene).await?;
    escapes(scene).await?;
    flood_of_typing(scene).await
}

/// A quote of nothing is refused, and its number is used up.
async fn bad_quotes(scene: &mut Scene) -> Outcome<()> {
    for referrer in [
        "/message/A/9999",
        "/message/B/9999",
        "/message/C/1",
        "/text",
        "nonsense",
    ] {
        let message = text(&mut scene.stranger, b"hm", |of| {
            of.referrer = Some(referrer)
        });
        let answer = scene.stranger.ask(&message).await;
        assert_eq!(answer, (422, "invalid".to_owned()), "{referrer}");
        scene.stranger.numbers += 1;
        scene.still_listens(referrer).await?;
    }
    scene.tell("quotes of what does not exist", "refused: 422 invalid");
    Ok(())
}

async fn answers_to_nothing(scene: &mut Scene) -> Outcome<()> {
    for id in [0, 1, 2, 1_000_000, u64::MAX / 2] {
        for status in [200, 206, 404, 599] {
            let head =
                format!("Version: FLOATER/1.0\r\nStatus: {status} Odd\r\nRequest-Id: {id}\r\n\r\n");
            let record = scene.stranger.sealed.record(head.as_bytes());
            scene.stranger.send(&record).await;
        }
    }
    scene.still_listens("answers").await?;
    scene.tell(
        "answers to what was never asked, and second answers",
        "ignored",
    );
    Ok(())
}

/// What would move a terminal's cursor moves nothing.
async fn escapes(scene: &mut Scene) -> Outcome<()> {
    let evil = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}gnp.exe\r[1] ming: I never said it";
    scene.stranger.say(evil).await;
    scene.shown += 1;
    let lines = scene.victim.reads_all("I never said it").await?;
    let is_foul = |it: char| it.is_control() || ('\u{202a}'..='\u{202e}').contains(&it);
    let (first, others) = lines.split_first().expect("a line");
    assert!(!lines.concat().contains(is_foul), "{lines:?}");
    let from = format!("[{}] hong: ", scene.shown);
    assert!(first.starts_with(&from), "{lines:?}");
    // What begins a line of its own is marked as somebody's words.
    assert!(
        others.iter().all(|it| it.starts_with("    | ")),
        "{lines:?}"
    );
    scene.still_listens("escapes").await?;
    scene.tell(
        "a text that commands a terminal",
        "shown as harmless characters",
    );
    Ok(())
}

/// Alternating, each by itself.
async fn flood_of_typing(scene: &mut Scene) -> Outcome<()> {
    const FLOOD: usize = 400;
    for number in 0..FLOOD {
        let body = json!({ "typing": number % 2 == 0 }).to_string();
        let message = scene.stranger.message("/typing", JSON, body.as_bytes());
        assert_eq!(scene.stranger.ask(&message).await.0, 200);
    }
    scene.stranger.say("done typing").await;
    scene.shown += 1;
    let lines = scene.victim.reads_all("done typing").await?;
    let told = lines.iter().filter(|it| it.ends_with("is typing…")).count();
    println!("     told {told} times of {FLOOD}");
    assert!(told <= 8, "told {told} times");
    scene.tell("a flood of typing", "told a few times");
    Ok(())
}

/// The end counts once, and after it nothing.
pub(super) async fn ending(scene: &mut Scene) -> Outcome<()> {
    let end = scene
        .stranger
        .message("/end", JSON, br#"{"reason":"left"}"#);
    let again = scene
        .stranger
        .message("/end", JSON, br#"{"reason":"silent"}"#);
    let after = scene.stranger.text("after the end");
    let records = [end, again, after].map(|it| scene.stranger.sealed.record(&it));
    scene.stranger.send(&records.concat()).await;
    let lines = scene.victim.reads_all("You met, and you part.").await?;
    assert_eq!(
        lines.last().map(String::as_str),
        Some("The other one left. You met, and you part.")
    );
    assert!(
        !lines.iter().any(|it| it.contains("after the end")),
        "{lines:?}"
    );
    scene.tell(
        "the end twice, and a text after it",
        "ends once, as the other one's leaving",
    );
    Ok(())
}
