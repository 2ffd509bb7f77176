//! P29: what `testssl.sh` says of the native door: TLS 1.3 and nothing older, and none of the known holes.

use floater_trial::{Floaterd, Outcome, Setup, Trouble};
use serde_json::Value;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// It asks a few hundred questions.
const ASKS_AT_MOST: Duration = Duration::from_secs(270);
/// What it must have looked at, so that an empty answer is no grade.
const MUST_SAY: [(&str, &str); 8] = [
    ("SSLv2", "not offered"),
    ("SSLv3", "not offered"),
    ("TLS1", "not offered"),
    ("TLS1_1", "not offered"),
    ("TLS1_2", "not offered"),
    ("TLS1_3", "offered"),
    ("heartbleed", "not vulnerable"),
    ("LUCKY13", "not vulnerable"),
];
const BAD: [&str; 4] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

#[tokio::test]
async fn p29_testssl_finds_nothing_at_the_native_door() -> Outcome<()> {
    let server = Floaterd::start_as(Setup::on_loopback()?.with_tls()).await?;
    let home = tempfile::tempdir()?;
    let told = home.path().join("told.json");
    let mut testssl = Command::new("testssl");
    testssl
        .args(["--quiet", "--color", "0", "--warnings", "off"])
        .args(["--nodns", "none", "-p", "-U", "--jsonfile"])
        .arg(&told)
        .arg(server.native().to_string())
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    let output = timeout(ASKS_AT_MOST, testssl.output()).await;
    output.map_err(|_| Trouble::Wrong("testssl does not end".to_owned()))??;
    let told: Value = serde_json::from_slice(&std::fs::read(told)?).unwrap();
    let findings = told.as_array().unwrap();
    for (id, must) in MUST_SAY {
        let found = findings.iter().find(|it| it["id"] == id);
        let said = found
            .and_then(|it| it["finding"].as_str())
            .unwrap_or_default();
        assert!(said.starts_with(must), "{id}: {said:?}");
    }
    let is_bad = |it: &&Value| it["severity"].as_str().is_none_or(|it| BAD.contains(&it));
    let bad: Vec<_> = findings.iter().filter(is_bad).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    println!("P29: {} findings of testssl.sh, none bad", findings.len());
    Ok(())
}
