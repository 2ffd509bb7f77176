//! Whoever runs the server: checks a file, suspends and restores beside a running server, looks
//! at cases, makes a backup without the sealing keys and puts it elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod world;

use floater_proto::body::{Fault, Offence, PictureKind, PictureOffer, SignedMessage, to_json};
use floater_proto::{Binary, Email, MessageRef, Role, Secret};
use floater_server::store::{Matches, PictureOf, ReportRecord, SealingKey, SqliteStore};
use floater_server::{Running, StartError};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use world::{PASSWORD, World};

/// Runs `floaterd` to its end.
async fn floaterd(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_floaterd");
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let run = move || {
        std::process::Command::new(program)
            .args(arguments)
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn out(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_wrong_file_is_told_in_words_before_anything_opens() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("floaterd.toml");
    let shipped = out(&floaterd(&["default-config"]).await);
    std::fs::write(&file, &shipped).unwrap();
    assert_eq!(
        out(&floaterd(&["check", "--config", text(&file)]).await),
        "the configuration is fine\n"
    );
    std::fs::write(&file, "[http]\nlisten = \"0.0.0.0:7575\"\nlisten_on = 1\n").unwrap();
    let told = refused(&floaterd(&["check", "--config", text(&file)]).await);
    assert!(told.contains("unknown field `listen_on`"), "{told}");
    std::fs::write(&file, "[http]\nlisten = \"0.0.0.0:7575\"\n").unwrap();
    let data = directory.path().join("data");
    let told = refused(&floaterd(&["--data", text(&data), "--config", text(&file)]).await);
    assert!(told.contains("plain HTTP is only for loopback"), "{told}");
    assert!(!data.exists(), "nothing was opened");
}

#[tokio::test]
async fn one_server_uses_a_data_directory() {
    let world = World::start().await;
    let config = world::config(world.mail.address);
    let second = Running::start(config, world.data.path()).await;
    assert!(matches!(second, Err(StartError::InUse(_))));
}

/// A directory that somebody made before, open to all: what is put into it is not.
#[tokio::test]
async fn every_file_is_private_from_its_first_moment_whatever_the_directory_is() {
    let world = World::start().await;
    let data = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(data.path(), open).unwrap();
    let config = world::config(world.mail.address);
    let running = Running::start(config, data.path()).await.unwrap();
    let mut names = Vec::new();
    for file in std::fs::read_dir(data.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.path().display());
        names.push(file.file_name().into_string().unwrap());
    }
    for name in [
        "floater.db",
        "floater.db-wal",
        "sealing.db",
        "pepper",
        "lock",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_told_why_after_the_right_password() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let (_, token) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let data = world.data.path().to_owned();
    let suspend = [
        "suspend",
        "--data",
        text(&data),
        "ming@example.org",
        "--reason",
        "advertising",
    ];
    out(&floaterd(&suspend).await);
    assert_eq!(
        world.resume(&token).await.unwrap_err().error,
        Fault::SessionEnded
    );
    let wrong = world
        .log_in("ming@example.org", "not this one")
        .await
        .unwrap_err();
    assert_eq!(wrong.error, Fault::WrongCredentials);
    let problem = world
        .log_in("ming@example.org", PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(
        (problem.error, problem.message.as_str()),
        (Fault::Suspended, "advertising")
    );
    out(&floaterd(&["restore", "--data", text(&data), "ming@example.org"]).await);
    world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let again = refused(&floaterd(&["restore", "--data", text(&data), "ming@example.org"]).await);
    assert!(again.contains("is not suspended"), "{again}");
    let nobody = [
        "suspend",
        "--data",
        text(&data),
        "nobody@example.org",
        "--reason",
        "x",
    ];
    assert!(refused(&floaterd(&nobody).await).contains("no such account"));
    assert_eq!(
        out(&floaterd(&["cases", "--data", text(&data), "list"]).await),
        "no cases\n"
    );
}

#[tokio::test]
async fn a_case_is_told_in_the_words_of_the_protocol() {
    let mut world = World::start().await;
    let mut accounts = Vec::new();
    for email in ["ming@example.org", "hong@example.org"] {
        world.account(email).await;
        let email = Email::new(email).unwrap();
        let kept = world.server.store.account_by_email(&email).await.unwrap();
        accounts.push(kept.unwrap().id);
    }
    let [reporter, reported] = accounts[..] else {
        panic!("two accounts");
    };
    let picture = MessageRef {
        by: Role::B,
        number: 2,
    };
    let report = ReportRecord {
        id: Binary([5; 16]),
        reporter,
        reported,
        match_id: Binary([6; 16]),
        offence: Offence::Spam,
        note: "\u{1b}[2Jsee \u{202e}gpj.exe".to_owned(),
        messages: vec![
            opened(1, "/text", "a\u{200b}b\nc"),
            opened(2, "/picture", &offer()),
        ],
        created: 1,
    };
    let store = &world.server.store;
    store.put_report(&report).await.unwrap();
    let of = PictureOf {
        report: report.id,
        reporter,
        message: picture,
    };
    store.put_picture_piece(&of, 0, b"a picture").await.unwrap();
    store.judge_picture(&of, true).await.unwrap();
    let data = world.data.path().to_owned();
    let listed = out(&floaterd(&["cases", "--data", text(&data), "list"]).await);
    assert!(listed.contains("  open  spam  account "), "{listed}");
    let case = report.id.to_string();
    let shown = out(&floaterd(&["cases", "--data", text(&data), "show", &case]).await);
    assert!(shown.contains("\noffence   spam\n"), "{shown}");
    let note = "\nnote      <U+001B>[2Jsee <U+202E>gpj.exe\n";
    assert!(shown.contains(note), "{shown}");
    assert!(shown.contains("  a<U+200B>b<U+000A>c\n"), "{shown}");
    let pictures = data.join("pictures");
    let show = ["cases", "--data", text(&data), "show", &case];
    out(&floaterd(&[&show[..], &["--pictures", text(&pictures)]].concat()).await);
    for (path, mode) in [(pictures.join("B-2.png"), 0o600), (pictures, 0o700)] {
        let is = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(is & 0o777, mode, "{}", path.display());
    }
}

/// What the other one is said to have sent.
fn opened(number: u64, resource: &str, body: &str) -> SignedMessage {
    SignedMessage {
        of: MessageRef {
            by: Role::B,
            number,
        },
        seen: 0,
        resource: resource.to_owned(),
        content_type: String::new(),
        referrer: None,
        body: body.to_owned(),
        key: Binary([0; 32]),
        signature: Binary([0; 64]),
    }
}

fn offer() -> String {
    let offer = PictureOffer {
        id: Binary([6; 16]),
        kind: PictureKind::Png,
        size: 9,
        width: 1,
        height: 1,
        sha256: Binary([0; 32]),
        thumbhash: String::new(),
        still: false,
    };
    String::from_utf8(to_json(&offer)).unwrap()
}

#[tokio::test]
async fn a_backup_of_a_running_server_holds_accounts_and_no_sealing_key() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let seal = [0x5a_u8; 32];
    let key = SealingKey {
        id: 900,
        created: 900,
        key: Secret::new(seal),
    };
    world.server.store.put_sealing_key(&key).await.unwrap();
    let data = world.data.path().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup");
    out(&floaterd(&["backup", "--data", text(&data), text(&backup)]).await);
    for file in std::fs::read_dir(&backup).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(
            !bytes.windows(32).any(|window| window == seal),
            "a sealing key is in the backup"
        );
    }
    let kept = std::fs::read(data.join("sealing.db")).unwrap();
    assert!(
        kept.windows(32).any(|window| window == seal),
        "it can be found where it is"
    );

    let restored = elsewhere.path().join("restored");
    let from = [
        "restore",
        "--from",
        text(&backup),
        "--data",
        text(&restored),
    ];
    out(&floaterd(&from).await);
    assert!(refused(&floaterd(&from).await).contains("holds data already"));
    let config = world::config(world.mail.address);
    let running = Running::start(config, &restored).await.unwrap();
    let store = SqliteStore::open(&restored).await.unwrap();
    assert!(
        store
            .sealing_keys()
            .await
            .unwrap()
            .iter()
            .all(|key| key.key.expose() != &seal)
    );
    world.server = std::sync::Arc::clone(&running.server);
    world.log_in("ming@example.org", PASSWORD).await.unwrap();
    running.stop().await;
}
