//! What every store must do, written against the trait; SQLite runs it here.

mod restart;

use super::*;
use crate::secrets::random;
use floater_proto::body::{Language, Offence, Reason, SignedMessage};
use floater_proto::{MessageRef, Role, Secret};

async fn on_sqlite() -> (tempfile::TempDir, SqliteStore) {
    let data = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(data.path()).await.unwrap();
    (data, store)
}

fn email() -> Email {
    Email::new("ming@example.org").unwrap()
}

fn mail(wanted: MailWanted, password: &[u8], created: u64) -> MailRecord {
    MailRecord {
        id: Binary(random()),
        wanted,
        email: email(),
        language: Language::Chinese,
        username: (wanted == MailWanted::Register).then(|| Username::new("小明").unwrap()),
        password: password.to_vec(),
        secret: Binary([1; 32]),
        created,
        tries: 0,
    }
}

async fn ask(store: &dyn Store, mail: &MailRecord) -> Letter {
    store.put_mail(mail).await.unwrap();
    let letter = store.decide_mail(mail, mail.created).await.unwrap();
    store.settle_mail(mail.id, mail.created).await.unwrap();
    letter
}

async fn account(store: &dyn Store) -> AccountId {
    let register = mail(MailWanted::Register, b"hash", 100);
    assert_eq!(ask(store, &register).await, Letter::Activation);
    store.activate(register.id, 200).await.unwrap().unwrap()
}

fn session(account: AccountId, created: u64) -> (SessionRecord, Binary<32>) {
    let agent = "test/1".to_owned();
    let record = SessionRecord {
        id: Binary(random()),
        account,
        agent,
        created,
        used: created,
    };
    (record, Binary(random()))
}

/// Of the account that [`account`] makes.
async fn put(store: &dyn Store, session: &SessionRecord, token: Binary<32>) -> Vec<Id> {
    let kept = store.put_session(session, token, b"hash").await.unwrap();
    kept.expect("the password is the account's")
}

/// Closed cases are kept so long.
const KEEP: u64 = 1000;

#[tokio::test]
async fn a_mail_is_decided_once_and_goes_out_in_its_turn() {
    let (_data, store) = on_sqlite().await;
    let register = mail(MailWanted::Register, b"hash", 100);
    store.put_mail(&register).await.unwrap();
    assert_eq!(store.next_mail_at().await.unwrap(), Some(100));
    assert!(store.due_mail(99).await.unwrap().is_none());
    let due = store.due_mail(100).await.unwrap().unwrap();
    assert_eq!(
        (due.id, due.password.as_slice()),
        (register.id, b"hash".as_slice())
    );
    assert_eq!(
        store.decide_mail(&due, 100).await.unwrap(),
        Letter::Activation
    );
    assert_eq!(
        store.decide_mail(&due, 101).await.unwrap(),
        Letter::Activation
    );
    store.postpone_mail(due.id, 500).await.unwrap();
    assert!(store.due_mail(499).await.unwrap().is_none());
    assert_eq!(store.due_mail(500).await.unwrap().unwrap().tries, 1);
    store.settle_mail(due.id, 500).await.unwrap();
    assert_eq!(store.next_mail_at().await.unwrap(), None);
}

#[tokio::test]
async fn letters_follow_what_is_known() {
    let (_data, store) = on_sqlite().await;
    assert_eq!(
        ask(&store, &mail(MailWanted::Recovery, b"", 1)).await,
        Letter::Nothing
    );
    assert_eq!(
        ask(&store, &mail(MailWanted::ActivationAgain, b"", 1)).await,
        Letter::Nothing
    );
    let register = mail(MailWanted::Register, b"hash", 1);
    assert_eq!(ask(&store, &register).await, Letter::Activation);
    assert_eq!(
        ask(&store, &mail(MailWanted::ActivationAgain, b"", 2)).await,
        Letter::Activation
    );
    store.activate(register.id, 3).await.unwrap().unwrap();
    let again = mail(MailWanted::Register, b"other", 4);
    assert_eq!(ask(&store, &again).await, Letter::AlreadyRegistered);
    assert_eq!(
        ask(&store, &mail(MailWanted::ActivationAgain, b"", 5)).await,
        Letter::Nothing
    );
    assert_eq!(
        ask(&store, &mail(MailWanted::Recovery, b"", 6)).await,
        Letter::Recovery
    );
    let kept = store.account_by_email(&email()).await.unwrap().unwrap();
    assert_eq!(kept.password, b"hash");
}

#[tokio::test]
async fn a_code_is_used_once_bears_its_tries_and_ends() {
    let (_data, store) = on_sqlite().await;
    account(&store).await;
    let recovery = mail(MailWanted::Recovery, b"", 1000);
    ask(&store, &recovery).await;
    let end = 1000 + RECOVERY_LIFE;
    assert!(store.code(recovery.id, end - 1).await.unwrap().is_some());
    assert!(store.code(recovery.id, end).await.unwrap().is_none());
    for _ in 0..CODE_TRIES {
        let codes = store
            .codes(&email(), Purpose::Recovery, 1001)
            .await
            .unwrap();
        assert_eq!(codes.len(), 1);
        store.count_miss(&email(), Purpose::Recovery).await.unwrap();
    }
    assert!(
        store
            .codes(&email(), Purpose::Recovery, 1001)
            .await
            .unwrap()
            .is_empty()
    );
    let link = store.code(recovery.id, 1001).await.unwrap();
    assert!(link.is_some(), "nobody can guess at its link");

    let recovery = mail(MailWanted::Recovery, b"", 1002);
    ask(&store, &recovery).await;
    assert_eq!(
        store.activate(recovery.id, 1003).await.unwrap(),
        None,
        "of another purpose"
    );
    assert!(
        store
            .recover(recovery.id, b"new", 1003)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        store.recover(recovery.id, b"newer", 1003).await.unwrap(),
        None
    );
    let told = store.due_mail(1003).await.unwrap().unwrap();
    assert_eq!(told.wanted, MailWanted::PasswordChanged);
}

#[tokio::test]
async fn of_one_address_only_the_newest_codes_live() {
    let (_data, store) = on_sqlite().await;
    account(&store).await;
    for created in 0..5 {
        ask(&store, &mail(MailWanted::Recovery, b"", 1000 + created)).await;
    }
    let codes = store
        .codes(&email(), Purpose::Recovery, 1010)
        .await
        .unwrap();
    assert_eq!(codes.len(), CODES_MAX);
}

#[tokio::test]
async fn sessions_are_bounded_found_and_ended() {
    let (_data, store) = on_sqlite().await;
    let account = account(&store).await;
    let (first, first_token) = session(account, 10_000);
    put(&store, &first, first_token).await;
    let found = store
        .session_by_token(first_token, 0, 20_000)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.id, first.id);
    let used = store.sessions(account).await.unwrap().first().unwrap().used;
    assert_eq!(used, 18_000, "to the hour");
    assert!(
        store
            .session_by_token(first_token, 30_000, 30_000)
            .await
            .unwrap()
            .is_none()
    );
    let mut last = first_token;
    let mut gone = Vec::new();
    for n in 0..SESSIONS_MAX as u64 {
        let (next, token) = session(account, 10_001 + n);
        gone.extend(put(&store, &next, token).await);
        last = token;
    }
    assert_eq!(gone, [first.id], "the oldest, and it is named");
    assert!(
        store
            .session_by_token(first_token, 0, 20_000)
            .await
            .unwrap()
            .is_none()
    );
    let keep = store
        .session_by_token(last, 0, 20_000)
        .await
        .unwrap()
        .unwrap();
    store.end_other_sessions(account, keep.id).await.unwrap();
    assert_eq!(store.sessions(account).await.unwrap().len(), 1);
    assert!(
        !store.end_session(account ^ 1, keep.id).await.unwrap(),
        "another's"
    );
    assert!(store.end_session(account, keep.id).await.unwrap());
}

/// Between the log-in that verifies a password and the session that it opens the password may be
/// changed, and the account suspended.
#[tokio::test]
async fn a_session_is_kept_only_while_its_account_is_as_it_was_verified() {
    let (_data, store) = on_sqlite().await;
    let account = account(&store).await;
    let told = mail(MailWanted::PasswordChanged, b"", 300);
    let open = async |verified: &[u8]| {
        let (open, token) = session(account, 300);
        let kept = store.put_session(&open, token, verified).await.unwrap();
        assert_eq!(
            kept.is_some(),
            store
                .session_by_token(token, 0, 300)
                .await
                .unwrap()
                .is_some()
        );
        kept.is_some()
    };
    assert!(open(b"hash").await);
    store
        .set_password(account, b"new", None, &told)
        .await
        .unwrap();
    assert!(!open(b"hash").await, "changed");
    assert!(open(b"new").await);
    store.suspend(account, "why", 400).await.unwrap();
    assert!(!open(b"new").await, "suspended");
    store.restore(account).await.unwrap();
    assert!(open(b"new").await);
    store.delete_account(account).await.unwrap();
    assert!(!open(b"new").await, "deleted");
}

#[tokio::test]
async fn suspending_ends_sessions_and_is_told_once() {
    let (_data, store) = on_sqlite().await;
    let account = account(&store).await;
    let (open, token) = session(account, 300);
    put(&store, &open, token).await;
    assert!(store.suspend(account, "why", 400).await.unwrap());
    assert!(store.sessions(account).await.unwrap().is_empty());
    assert_eq!(store.newly_suspended().await.unwrap(), [account]);
    assert!(store.newly_suspended().await.unwrap().is_empty());
    assert!(store.restore(account).await.unwrap());
    assert!(!store.restore(account).await.unwrap());
    assert!(!store.suspend(account ^ 1, "why", 400).await.unwrap());
}

#[tokio::test]
async fn the_first_end_of_a_match_stands_for_eight_days() {
    let (_data, store) = on_sqlite().await;
    let id = Binary([7; 16]);
    let left = Over {
        reason: Reason::Left,
        by: Some(Role::A),
    };
    let lost = Over {
        reason: Reason::Lost,
        by: None,
    };
    store.put_tombstone(id, left, 1000).await.unwrap();
    store.put_tombstone(id, lost, 1001).await.unwrap();
    store.sweep(1000 + TOMBSTONE_LIFE, KEEP).await.unwrap();
    assert_eq!(store.tombstone(id).await.unwrap(), Some(left));
    store.sweep(1001 + TOMBSTONE_LIFE, KEEP).await.unwrap();
    assert_eq!(store.tombstone(id).await.unwrap(), None);
}

#[tokio::test]
async fn who_never_activates_is_forgotten() {
    let (_data, store) = on_sqlite().await;
    ask(&store, &mail(MailWanted::Register, b"hash", 100)).await;
    store.sweep(100 + ACTIVATION_LIFE - 1, KEEP).await.unwrap();
    assert!(store.account_by_email(&email()).await.unwrap().is_some());
    store.sweep(101 + REGISTRATION_LIFE, KEEP).await.unwrap();
    assert!(store.account_by_email(&email()).await.unwrap().is_none());
}

/// What was registered last for the address, until its time is over.
async fn registered(store: &dyn Store) -> Option<Vec<u8>> {
    let kept = store.account_by_email(&email()).await.unwrap()?;
    if kept.activated {
        kept.decoy
    } else {
        Some(kept.password)
    }
}

/// P23: what is registered for an address waits as long, whether it has an account or not.
#[tokio::test]
async fn what_is_registered_waits_as_long_for_every_address() {
    let (_known_data, known) = on_sqlite().await;
    account(&known).await;
    let (_unknown_data, unknown) = on_sqlite().await;
    for store in [&known, &unknown] {
        assert_eq!(registered(store).await, None);
        ask(store, &mail(MailWanted::Register, b"first", 1000)).await;
        assert_eq!(registered(store).await.unwrap(), b"first");
        ask(store, &mail(MailWanted::Register, b"last", 2000)).await;
        assert_eq!(registered(store).await.unwrap(), b"last");
        let mut asked = 2000;
        for wanted in [MailWanted::ActivationAgain, MailWanted::Recovery] {
            asked += 1000;
            ask(store, &mail(wanted, b"", asked)).await;
            let end = asked + REGISTRATION_LIFE;
            store.sweep(end, KEEP).await.unwrap();
            assert_eq!(registered(store).await.unwrap(), b"last", "{wanted:?}");
        }
        let end = asked + REGISTRATION_LIFE;
        store.sweep(end + 1, KEEP).await.unwrap();
        assert_eq!(registered(store).await, None);
    }
    let own = known.account_by_email(&email()).await.unwrap().unwrap();
    assert_eq!(own.password, b"hash");
}

/// P23: whoever activates or recovers takes nothing away from who registered the address since.
#[tokio::test]
async fn what_was_registered_since_waits_on_when_somebody_else_activates() {
    for recovers in [false, true] {
        let (_data, store) = on_sqlite().await;
        let own = mail(MailWanted::Register, b"hash", 100);
        ask(&store, &own).await;
        ask(&store, &mail(MailWanted::Register, b"since", 200)).await;
        if recovers {
            let recovery = mail(MailWanted::Recovery, b"", 300);
            ask(&store, &recovery).await;
            let done = store.recover(recovery.id, b"hash", 400).await.unwrap();
            assert!(done.is_some());
        } else {
            assert!(store.activate(own.id, 400).await.unwrap().is_some());
        }
        let kept = store.account_by_email(&email()).await.unwrap().unwrap();
        assert_eq!((kept.activated, kept.password), (true, b"hash".to_vec()));
        assert_eq!(kept.decoy.as_deref(), Some(b"since".as_slice()));
    }
}

#[tokio::test]
async fn a_closed_case_is_removed_in_time_with_its_pictures_and_an_open_one_is_not() {
    let (_data, store) = on_sqlite().await;
    let reporter = account(&store).await;
    let of = MessageRef {
        by: Role::B,
        number: 1,
    };
    let mut pictures = Vec::new();
    for name in [1, 2] {
        let report = ReportRecord {
            id: Binary([name; 16]),
            reporter,
            reported: 77,
            match_id: Binary([9; 16]),
            offence: Offence::Abuse,
            note: String::new(),
            messages: vec![SignedMessage {
                of,
                seen: 0,
                resource: "/picture".to_owned(),
                content_type: "application/json".to_owned(),
                referrer: None,
                body: "{}".to_owned(),
                key: Binary([0; 32]),
                signature: Binary([0; 64]),
            }],
            created: 1000,
        };
        assert_eq!(store.put_report(&report).await.unwrap(), Some(1));
        let picture = PictureOf {
            report: report.id,
            reporter,
            message: of,
        };
        store
            .put_picture_piece(&picture, 0, b"piece")
            .await
            .unwrap();
        pictures.push(picture);
    }
    let [closed, open] = pictures[..] else {
        panic!("two");
    };
    assert!(store.close_case(closed.report, 2000).await.unwrap());
    store.sweep(2000 + KEEP, KEEP).await.unwrap();
    assert!(store.case(closed.report).await.unwrap().is_some());
    store.sweep(2001 + KEEP, KEEP).await.unwrap();
    assert!(store.case(closed.report).await.unwrap().is_none());
    assert!(store.picture_bytes(&closed).await.unwrap().is_empty());
    assert!(store.case(open.report).await.unwrap().is_some());
    assert_eq!(store.picture_bytes(&open).await.unwrap(), b"piece");
}

#[tokio::test]
async fn of_a_deleted_account_no_file_holds_the_address() {
    let (data, store) = on_sqlite().await;
    let account = account(&store).await;
    store.delete_account(account).await.unwrap();
    store.close().await;
    for file in std::fs::read_dir(data.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let address = email();
        let mut windows = bytes.windows(address.as_str().len());
        let found = windows.any(|window| window == address.as_str().as_bytes());
        assert!(!found, "{}", path.display());
    }
}
