//! P4: whatever the mail server does, the mail arrives in the end, and at most once more than once.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod world;

use floater_server::config::{Config, MailSecurity};
use floater_server::store::{Outbox, SqliteStore};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::task::JoinSet;
use world::{MailServer, Mood, PASSWORD, Received, World};

/// The next mail is the right one; nothing comes behind it, and the outbox is empty.
async fn arrives(world: &mut World, mood: Mood) -> Received {
    world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    assert_eq!(mail.to, "ming@example.org", "{mood:?}");
    assert_eq!(mail.code().expose().len(), 8, "{mood:?}");
    mail
}

/// The row goes after the mail server has said yes.
async fn settled(store: &dyn Outbox) {
    while store.next_mail_at().await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
}

/// A mail server that says nothing is given up so soon.
fn impatient(config: &mut Config) {
    config.mail.timeout_seconds = 4;
}

fn message_id(mail: &Received) -> String {
    let mut lines = mail.data.lines();
    let id = lines.find_map(|line| line.strip_prefix("Message-ID: "));
    id.expect("a name").to_owned()
}

#[tokio::test]
async fn p4_a_mail_arrives_once_through_misbehaving_servers() {
    let mut all = JoinSet::new();
    for mood in [
        Mood::Away,
        Mood::Busy,
        Mood::Silent,
        Mood::Garbage,
        Mood::LongLine,
        Mood::Dripping,
        Mood::ClosesAtEhlo,
        Mood::GoodbyeInMid,
        Mood::Greylisting,
        Mood::RefusesRecipient,
        Mood::DropsAfterData,
        Mood::HangsAfterData,
        Mood::RefusesText,
    ] {
        all.spawn(async move {
            let mut world = World::with(vec![mood], impatient).await;
            arrives(&mut world, mood).await;
            settled(world.server.store.as_ref()).await;
            assert!(world.mail.mails.try_recv().is_err(), "{mood:?}: only once");
        });
    }
    println!("P4: {} misbehaving mail servers", all.len());
    all.join_all().await;
}

#[tokio::test]
async fn p4_a_mail_arrives_once_through_servers_that_misuse_tls() {
    let mut all = JoinSet::new();
    for mood in [
        Mood::Good,
        Mood::NoTlsNow,
        Mood::NeverTls,
        Mood::BrokenTls,
        Mood::ForeignCertificate,
    ] {
        all.spawn(async move {
            let directory = tempfile::tempdir().unwrap();
            let roots = directory.path().join("roots.pem");
            let mail = MailServer::with_tls(vec![mood], &roots).await;
            let with_tls = |config: &mut Config| {
                impatient(config);
                config.mail.security = MailSecurity::Starttls;
                config.mail.extra_roots.clone_from(&roots);
            };
            let mut world = World::beside(mail, with_tls).await;
            arrives(&mut world, mood).await;
            settled(world.server.store.as_ref()).await;
            assert!(world.mail.mails.try_recv().is_err(), "{mood:?}: only once");
        });
    }
    println!("P4: {} mail servers with TLS", all.len());
    all.join_all().await;
}

/// Who cannot know whether it was taken sends it again, under the same name.
#[tokio::test]
async fn p4_a_lost_answer_doubles_a_mail_once() {
    for mood in [Mood::TakesAndDrops, Mood::TakesAndHangs] {
        let mut world = World::with(vec![mood], impatient).await;
        let first = arrives(&mut world, mood).await;
        let second = world.mail.next().await;
        assert_eq!(message_id(&first), message_id(&second), "{mood:?}");
        settled(world.server.store.as_ref()).await;
        assert!(world.mail.mails.try_recv().is_err(), "{mood:?}: no third");
    }
}

/// `floaterd` on this data, with this mail server.
fn floaterd(data: &Path, mail: &MailServer) -> Child {
    let file = data.join("floaterd.toml");
    let port = mail.address.port();
    let config = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[native]\nenabled = false\n[direct]\nenabled = false\n\
         [admin]\nenabled = false\n[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         timeout_seconds = 5\nretry_seconds = 1\n"
    );
    std::fs::write(&file, config).unwrap();
    Command::new(env!("CARGO_BIN_EXE_floaterd"))
        .arg("--data")
        .arg(data)
        .arg("--config")
        .arg(file)
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Killed between the mail server's taking it and noting that: one double, no more.
#[tokio::test]
async fn p4_a_crash_doubles_a_mail_once() {
    let World {
        running,
        mail,
        data,
        ..
    } = {
        let world = World::with(vec![Mood::Away; 100], |config| {
            config.mail.retry_seconds = 3600;
        })
        .await;
        world.register("ming@example.org", PASSWORD).await;
        world
    };
    drop(mail);
    running.stop().await;
    let store = SqliteStore::open(data.path()).await.unwrap();
    let (waiting, _) = store.mails_waiting().await.unwrap();
    assert_eq!(waiting, 1, "what was answered is kept");
    let due = store.next_mail_at().await.unwrap().unwrap();
    let id = store.due_mail(due).await.unwrap().unwrap().id;
    store.postpone_mail(id, 0).await.unwrap();

    let mut holding = MailServer::start(vec![Mood::TakesAndHangs]).await;
    let mut killed = floaterd(data.path(), &holding);
    let first = holding.next().await;
    killed.kill().unwrap();
    killed.wait().unwrap();

    let mut good = MailServer::start(Vec::new()).await;
    let mut second_life = floaterd(data.path(), &good);
    let second = good.next().await;
    assert_eq!(message_id(&first), message_id(&second));
    settled(&store).await;
    second_life.kill().unwrap();
    second_life.wait().unwrap();
    assert!(good.mails.try_recv().is_err(), "no third");
}

#[tokio::test]
async fn a_mail_has_both_forms_and_is_named_after_its_row() {
    let mut world = World::start().await;
    world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    assert!(mail.data.contains("multipart/alternative"));
    assert!(mail.data.contains("text/plain") && mail.data.contains("text/html"));
    let id = message_id(&mail);
    assert!(id.ends_with("@localhost>"), "{id}");
}

#[tokio::test]
async fn without_a_mail_server_the_mail_is_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with(Vec::new(), |config| config.mail.host.clear()).await;
    world.register("ming@example.org", PASSWORD).await;
    let outbox = world.running.outbox.clone().unwrap();
    settled(world.server.store.as_ref()).await;
    let file = std::fs::read_dir(outbox).unwrap().next().unwrap().unwrap();
    assert!(file.file_name().to_string_lossy().ends_with(".eml"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let mail = std::fs::read_to_string(file.path()).unwrap();
    assert!(mail.contains("To: ming@example.org"));
}

#[tokio::test]
async fn who_has_an_account_is_told_and_gets_no_code() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    world.register("ming@example.org", "four brown ducks").await;
    let mail = world.mail.next().await;
    assert!(mail.text().contains("has an account already"));
    assert!(!mail.text().contains("/#/"));
    world.log_in("ming@example.org", PASSWORD).await.unwrap();
}
