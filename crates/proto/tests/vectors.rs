//! The specification's examples are files under `docs/protocol/vectors/messages`; `index.json`
//! says what each of them is. Every file is read here, and every example that a page prints is the
//! file it names.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use floater_proto::body::{self, Problem, from_json, to_json};
use floater_proto::{Decoder, Message, Resource, Start, decode, limits};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A line of the index.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    file: String,
    says: String,
    from: Option<String>,
    method: Option<String>,
    resource: Option<String>,
    request_id: Option<u64>,
    status: Option<u16>,
    body: Option<String>,
    error: Option<String>,
    #[serde(default)]
    incomplete: bool,
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol")
}

fn folder() -> PathBuf {
    pages().join("vectors/messages")
}

fn index() -> Vec<Vector> {
    serde_json::from_slice(&std::fs::read(folder().join("index.json")).unwrap()).unwrap()
}

fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn every_file_is_in_the_index_and_says_what_it_is() {
    let named: BTreeSet<String> = index().into_iter().map(|v| v.file).collect();
    assert_eq!(named.len(), index().len(), "a file stands twice");
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "index.json")
        .collect();
    assert_eq!(named, there);
    assert!(
        index().iter().all(|v| v.says.ends_with('.')),
        "a sentence each"
    );
}

#[test]
fn accepted_examples_are_what_the_index_says() {
    for vector in index()
        .iter()
        .filter(|v| v.error.is_none() && !v.incomplete)
    {
        let bytes = bytes(&vector.file);
        let file = &vector.file;
        let (message, length) = decode(&bytes, limits::MESSAGE_MAX).unwrap().expect(file);
        assert_eq!(length, bytes.len(), "{file}");
        match message.start {
            Start::Request { method, resource } => {
                assert_eq!(Some(method.as_str()), vector.method.as_deref(), "{file}");
                assert_eq!(Some(resource), vector.resource.as_deref(), "{file}");
                assert!(Resource::parse(resource).is_some(), "{file}");
            }
            Start::Response { status } => {
                assert_eq!(Some(status.code()), vector.status, "{file}");
            }
        }
        assert_eq!(message.request_id, vector.request_id, "{file}");
        check_body(vector, &message);
    }
}

#[test]
fn refused_examples_fail_with_their_error_in_any_pieces() {
    for vector in index().iter().filter(|v| v.error.is_some()) {
        let bytes = bytes(&vector.file);
        let error = decode(&bytes, limits::MESSAGE_MAX).expect_err(&vector.file);
        let name = format!("{error:?}");
        let name = name.split(' ').next().map(str::to_owned);
        assert_eq!(name, vector.error, "{}", vector.file);
        assert_eq!(
            Some(error.status().code()),
            vector.status,
            "{}",
            vector.file
        );

        let mut decoder = Decoder::new(limits::MESSAGE_MAX);
        let refused = bytes.iter().find_map(|byte| {
            decoder.push(&[*byte]).unwrap();
            decoder.next().err()
        });
        assert_eq!(refused, Some(error), "{} byte by byte", vector.file);
    }
}

#[test]
fn incomplete_examples_wait() {
    let mut seen = 0;
    for vector in index().iter().filter(|v| v.incomplete) {
        let waits = decode(&bytes(&vector.file), limits::MESSAGE_MAX)
            .unwrap()
            .is_none();
        assert!(waits, "{}", vector.file);
        seen += 1;
    }
    assert!(seen > 0);
}

/// Reads the body as its type and writes it again: the same bytes.
fn check_body(vector: &Vector, message: &Message<'_>) {
    let Some(name) = vector.body.as_deref() else {
        return;
    };
    assert_eq!(message.content_type(), Some(body::JSON), "{}", vector.file);
    let again = match name {
        "Accept" => again::<body::Accept>(message.body),
        "Account" => again::<body::Account>(message.body),
        "Activate" => again::<body::Activate>(message.body),
        "AskStatus" => again::<body::AskStatus>(message.body),
        "Block" => again::<body::Block>(message.body),
        "Blocks" => again::<body::Blocks>(message.body),
        "ChangePassword" => again::<body::ChangePassword>(message.body),
        "ChangeUsername" => again::<body::ChangeUsername>(message.body),
        "DeleteAccount" => again::<body::DeleteAccount>(message.body),
        "End" => again::<body::End>(message.body),
        "EndBlock" => again::<body::EndBlock>(message.body),
        "EndMatch" => again::<body::EndMatch>(message.body),
        "EndSession" => again::<body::EndSession>(message.body),
        "MailAgain" => again::<body::MailAgain>(message.body),
        "Mailed" => again::<body::Mailed>(message.body),
        "PreparedPath" => again::<body::PreparedPath>(message.body),
        "Reflectors" => again::<body::Reflectors>(message.body),
        "PathOffer" => again::<body::PathOffer>(message.body),
        "MatchEnded" => again::<body::MatchEnded>(message.body),
        "Matched" => again::<body::Matched>(message.body),
        "Notice" => again::<body::Notice>(message.body),
        "OpenSession" => again::<body::OpenSession>(message.body),
        "PictureOffer" => again::<body::PictureOffer>(message.body),
        "Problem" => again::<Problem>(message.body),
        "Proposal" => again::<body::Proposal>(message.body),
        "Register" => again::<body::Register>(message.body),
        "Report" => again::<body::Report>(message.body),
        "ReportKept" => again::<body::ReportKept>(message.body),
        "Safety" => again::<body::Safety>(message.body),
        "Seen" => again::<body::Seen>(message.body),
        "SessionOpened" => again::<body::SessionOpened>(message.body),
        "Sessions" => again::<body::Sessions>(message.body),
        "StatusNow" => again::<body::StatusNow>(message.body),
        "Typing" => again::<body::Typing>(message.body),
        other => panic!("{}: no body is called {other}", vector.file),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let again = again.unwrap_or_else(|problem| panic!("{}: {problem:?}", vector.file));
    assert_eq!(text(&again), text(message.body), "{}", vector.file);
    check_problem(vector, message);
}

fn again<T: Serialize + DeserializeOwned>(body: &[u8]) -> Result<Vec<u8>, Problem> {
    from_json::<T>(body).map(|read| to_json(&read))
}

/// A fault is answered with its own status; a range that cannot be met is the one exception.
fn check_problem(vector: &Vector, message: &Message<'_>) {
    if vector.body.as_deref() != Some("Problem") || vector.status == Some(416) {
        return;
    }
    let problem: Problem = from_json(message.body).unwrap();
    assert_eq!(
        Some(problem.error.status().code()),
        vector.status,
        "{}",
        vector.file
    );
}

/// Who may ask what: every message of the protocol.
const ASKED: &[(&str, &str, &str)] = &[
    ("client", "POST", "/account"),
    ("client", "GET", "/account"),
    ("client", "POST", "/account/activation"),
    ("client", "POST", "/account/activation/again"),
    ("client", "POST", "/account/recovery"),
    ("client", "POST", "/account/password"),
    ("client", "POST", "/account/username"),
    ("client", "POST", "/account/deletion"),
    ("client", "GET", "/account/export"),
    ("client", "POST", "/session"),
    ("client", "POST", "/session/end"),
    ("client", "GET", "/sessions"),
    ("client", "GET", "/status"),
    ("client", "POST", "/seek"),
    ("client", "POST", "/seek/end"),
    ("server", "POST", "/match/proposal"),
    ("client", "POST", "/match/accept"),
    ("server", "POST", "/match"),
    ("client", "POST", "/match/end"),
    ("server", "POST", "/match/end"),
    ("client", "POST", "/relay"),
    ("server", "POST", "/relay"),
    ("client", "POST", "/path"),
    ("server", "POST", "/path/offer"),
    ("client", "GET", "/reflectors"),
    ("server", "POST", "/notice"),
    ("client", "POST", "/report"),
    ("client", "POST", "/report/…/picture"),
    ("client", "POST", "/block"),
    ("client", "POST", "/block/end"),
    ("client", "GET", "/blocks"),
    ("stranger", "POST", "/hello"),
    ("stranger", "POST", "/greeting"),
    ("stranger", "POST", "/text"),
    ("stranger", "POST", "/typing"),
    ("stranger", "POST", "/seen"),
    ("stranger", "POST", "/picture"),
    ("stranger", "GET", "/picture/…"),
    ("stranger", "POST", "/safety"),
    ("stranger", "POST", "/hide"),
    ("stranger", "POST", "/end"),
];

#[test]
fn every_message_of_the_protocol_has_an_example() {
    let shown: BTreeSet<(String, String, String)> = index()
        .into_iter()
        .filter_map(|v| Some((v.from?, v.method?, shape(&v.resource?))))
        .collect();
    let asked: BTreeSet<(String, String, String)> = ASKED
        .iter()
        .map(|(f, m, r)| ((*f).into(), (*m).into(), (*r).into()))
        .collect();
    assert_eq!(shown, asked);
}

/// A resource with its variable part left out.
fn shape(resource: &str) -> String {
    let part = |part: &str| match part.len() {
        22 => "…".to_owned(),
        _ => part.to_owned(),
    };
    resource.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn every_example_that_a_page_prints_is_its_file() {
    let mut printed = BTreeSet::new();
    for page in std::fs::read_dir(pages())
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if page.extension().is_none_or(|e| e != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("\n```vector ").skip(1) {
            let (name, rest) = block.split_once('\n').unwrap();
            let Some(name) = name.strip_prefix("messages/") else {
                continue;
            };
            let (shown, _) = rest.split_once("\n```").unwrap();
            let file = bytes(name);
            let (message, _) = decode(&file, limits::MESSAGE_MAX).unwrap().expect(name);
            // Lines end in CRLF; the newline before the fence ends the block, not the body.
            let (head, body) = shown.split_once("\n\n").unwrap_or((shown.trim_end(), ""));
            let head = head.replace('\n', "\r\n");
            let written = [head.as_bytes(), b"\r\n\r\n", body.as_bytes()].concat();
            let text = String::from_utf8_lossy(&file);
            assert_eq!(
                String::from_utf8_lossy(&written),
                text,
                "{name} in {}",
                page.display()
            );
            assert!(message.head.iter().count() > 0);
            printed.insert(name.to_owned());
        }
    }
    assert!(
        printed.len() >= 30,
        "{} examples are printed",
        printed.len()
    );
}

#[test]
fn the_specification_prints_every_limit() {
    let text = std::fs::read_to_string(pages().join("1-messages.md")).unwrap();
    let rows: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            let name = cells.next()?.strip_suffix('`')?;
            let screams = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            screams.then(|| Some((name.to_owned(), cells.next()?.replace(',', ""))))?
        })
        .collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/limits.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let named: BTreeSet<String> = source
        .lines()
        .filter_map(|line| {
            Some(
                line.strip_prefix("pub const ")?
                    .split(':')
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    let printed: BTreeSet<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(printed, named);
    for (name, value) in &rows {
        assert_eq!(known(name), *value, "{name}");
    }
}

/// A limit as the table prints it: a number, or seconds.
fn known(name: &str) -> String {
    macro_rules! table {
        (numbers: $($number:ident)*; spans: $($span:ident)*;) => {
            match name {
                $(stringify!($number) => limits::$number.to_string(),)*
                $(stringify!($span) => format!("{} s", limits::$span.as_secs()),)*
                other => panic!("{other} is in no list of this test"),
            }
        };
    }
    table! {
        numbers:
            LINE_MAX FIELDS_MAX HEAD_MAX TEXT_MAX CHUNK_MAX MESSAGE_MAX INNER_MAX FRAME_MAX RELAY_MAX
            DIGITS_MAX WEBSOCKET_WRITE_MAX WEBSOCKET_READ_MAX OPEN_REQUESTS_MAX
            USERNAME_GRAPHEMES_MAX USERNAME_BYTES_MAX USERNAME_MARKS_MAX EMAIL_MAX PASSWORD_MIN
            PASSWORD_MAX TICKET_MAX PICTURE_MAX PICTURE_SIDE_MAX PICTURE_PIXELS_MAX PICTURES_UNOPENED_MAX
            THUMBHASH_MAX REPORT_MESSAGES_MAX REPORT_NOTE_MAX;
        spans:
            HEAD_TIMEOUT PING_EVERY LINK_DEAD_AFTER ACCEPT_WITHIN GREET_WITHIN HANDSHAKE_WITHIN
            GRACE TICKET_LIFE LOG_IN_WITHIN DOOR_REST_AFTER;
    }
}
