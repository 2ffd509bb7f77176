//! What a store keeps over a restart, and when it is full.

use super::*;

#[tokio::test]
async fn sealing_keys_and_the_live_mark_survive_a_restart() {
    let (data, store) = on_sqlite().await;
    for id in 1..=3_u32 {
        let key = SealingKey {
            id,
            created: u64::from(id) * 10,
            key: Secret::new([9; 32]),
        };
        store.put_sealing_key(&key).await.unwrap();
    }
    store.drop_sealing_keys(20).await.unwrap();
    store.set_live(true).await.unwrap();
    store.close().await;
    let again = SqliteStore::open(data.path()).await.unwrap();
    let ids: Vec<_> = again
        .sealing_keys()
        .await
        .unwrap()
        .iter()
        .map(|key| key.id)
        .collect();
    assert_eq!(ids, [3, 2]);
    assert!(again.was_live().await.unwrap());
    again.set_live(false).await.unwrap();
    assert!(!again.was_live().await.unwrap());
}

/// A mail that was asked for while the clock was ten years ahead goes out when it is right again.
#[tokio::test]
async fn p4_a_mail_of_a_clock_that_was_wrong_is_due() {
    let (_data, store) = on_sqlite().await;
    let (now, ahead) = (1_800_000_000, 10 * 365 * 24 * 3600);
    let of_then = mail(MailWanted::Register, b"hash", now + ahead);
    store.put_mail(&of_then).await.unwrap();
    let due = store.due_mail(now).await.unwrap();
    assert_eq!(due.map(|mail| mail.id), Some(of_then.id));
    store.postpone_mail(of_then.id, now + 600).await.unwrap();
    assert!(store.due_mail(now).await.unwrap().is_none(), "it waits");
}

/// P8: a store that cannot grow says so, breaks nothing, and goes on when there is room.
#[tokio::test]
async fn p8_a_full_store_says_so_and_recovers() {
    let (_data, store) = on_sqlite().await;
    let account = account(&store).await;
    store.bound_pages(Some(1)).await;
    let mut refused = None;
    for n in 0..2000 {
        let (next, token) = session(account, n);
        if let Err(error) = store.put_session(&next, token, b"hash").await {
            refused = Some(error);
            break;
        }
        let big = MailRecord {
            password: vec![0; 8192],
            ..mail(MailWanted::Register, b"", n)
        };
        if let Err(error) = store.put_mail(&big).await {
            refused = Some(error);
            break;
        }
    }
    assert!(
        matches!(refused, Some(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(
        store.account(account).await.unwrap().is_some(),
        "what is there can be read"
    );
    store.bound_pages(None).await;
    let (next, token) = session(account, 9000);
    put(&store, &next, token).await;
}
