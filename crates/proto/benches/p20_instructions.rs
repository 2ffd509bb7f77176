//! P20: decoding takes no more than 1 / 0.8 of the instructions that `httparse` takes for the same
//! head lines. Counted by `valgrind --tool=callgrind`, whatever else runs on the machine:
//! `cargo bench -p floater-proto --bench p20_instructions`. The lines are for the table of `make bench`; a
//! ratio is theirs divided by ours.
#![expect(
    clippy::print_stdout,
    clippy::panic,
    reason = "a benchmark tells what it found"
)]

use floater_proto::{Method, Resource, Status, decode, encode, limits};
use std::hint::black_box;
use std::process::Command;

const ROUNDS: u64 = 2_000;

/// What most links carry: a relayed record, an answer, a log-in, and a signed line.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let mut relay = Vec::new();
    let mut answer = Vec::new();
    let mut login = Vec::new();
    let mut text = Vec::new();
    let written = encode::request(&mut relay, Method::Post, Resource::Relay)
        .content_type("application/octet-stream")
        .finish(&[7; 300])
        .and(encode::response(&mut answer, Status::OK)
            .request_id(41)
            .field("Date", "Mon, 23 Nov 2026 09:31:14 GMT")
            .field("User-Agent", "floaterd/0.1.0")
            .finish(&[]))
        .and(encode::request(&mut login, Method::Post, Resource::Session)
            .request_id(1)
            .field("Host", "floater.example")
            .field("User-Agent", "floater-web/0.1.0")
            .content_type("application/json")
            .finish(&[b' '; 180]))
        .and(encode::request(&mut text, Method::Post, Resource::Text)
            .request_id(3)
            .field("User-Agent", "FLOATER/1.0")
            .field("Referrer", "/message/A/1")
            .field("Message-Number", "17")
            .field("Seen-Number", "16")
            .field("Evidence-Key", "FBsiKTA3PkVMU1phaG92fYSLkpmgp661vMPK0djf5u0")
            .field(
                "Signature",
                "FRwjKjE4P0ZNVFtiaXB3foWMk5qhqK-2vcTL0tng5-71_AMKERgfJi00O0JJUFdeZWxzeoGIj5adpKuyucDHzg",
            )
            .content_type("text/plain; charset=utf-8")
            .finish(&[b'x'; 60]));
    assert_eq!(written, Ok(()));
    vec![
        ("relay", relay),
        ("answer", answer),
        ("log-in", login),
        ("text", text),
    ]
}

fn run(who: &str, bytes: &[u8]) {
    for _ in 0..ROUNDS {
        match who {
            "ours" => {
                let _ = black_box(decode(black_box(bytes), limits::MESSAGE_MAX));
            }
            "httparse" => {
                let mut headers = [httparse::EMPTY_HEADER; limits::FIELDS_MAX];
                let _ = black_box(httparse::parse_headers(black_box(bytes), &mut headers));
            }
            _ => {
                black_box(bytes);
            }
        }
    }
}

/// Instructions of this program for one message read by one of the readers.
fn count(who: &str, message: &str) -> u64 {
    let own = std::env::current_exe().unwrap_or_default();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args([who, message])
        .output()
        .unwrap_or_else(|error| panic!("valgrind is needed: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    let count = collected.and_then(|count| count.trim().parse().ok());
    count.unwrap_or_else(|| panic!("callgrind told no count:\n{told}"))
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let messages = messages();
    if let [_, who, name] = args.as_slice()
        && let Some((_, bytes)) = messages.iter().find(|(n, _)| n == name)
    {
        return run(who, bytes);
    }
    let mut failed = false;
    for (name, _) in &messages {
        let idle = count("idle", name);
        let each = |who| count(who, name).saturating_sub(idle) / ROUNDS;
        let (ours, theirs) = (each("ours"), each("httparse"));
        // In thousandths: 1000 is as fast.
        let ratio = theirs.saturating_mul(1000).checked_div(ours).unwrap_or(0);
        let (held, ones, hundredths) = (ratio >= 800, ratio / 1000, ratio % 1000 / 10);
        let verdict = if held { "held" } else { "MISSED" };
        println!(
            "figure\tP20\tspeed by instructions, {name}\t{ours} for a head\thttparse: {theirs}\t\
             {ones}.{hundredths:02}\t≥ 0.8\t{verdict}"
        );
        failed |= !held;
    }
    assert!(!failed, "P20: a ratio is below 0.8");
}
