//! P4: whatever the mail server does, the mail arrives in the end, and once.

mod world;

use world::{Mood, PASSWORD, World};

#[tokio::test]
async fn p4_a_mail_arrives_through_misbehaving_servers() {
    for mood in [
        Mood::Away,
        Mood::Busy,
        Mood::Greylisting,
        Mood::DropsAfterData,
        Mood::RefusesText,
    ] {
        let mut world = World::with(vec![mood], |_| ()).await;
        world.register("ming@example.org", PASSWORD).await;
        let mail = world.mail.next().await;
        assert_eq!(mail.to, "ming@example.org", "{mood:?}");
        assert_eq!(mail.code().expose().len(), 8);
    }
}

#[tokio::test]
async fn a_mail_has_both_forms_and_is_named_after_its_row() {
    let mut world = World::start().await;
    world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    assert!(mail.data.contains("multipart/alternative"));
    assert!(mail.data.contains("text/plain") && mail.data.contains("text/html"));
    let id = mail
        .data
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: "))
        .unwrap();
    assert!(id.ends_with("@localhost>"), "{id}");
}

#[tokio::test]
async fn without_a_mail_server_the_mail_is_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with(Vec::new(), |config| config.mail.host.clear()).await;
    world.register("ming@example.org", PASSWORD).await;
    let outbox = world.running.outbox.clone().unwrap();
    // The row is settled after the file was written.
    let store = std::sync::Arc::clone(&world.server.store);
    while store.next_mail_at().await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
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
