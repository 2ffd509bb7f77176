//! One instance talks: another one says so, and may end it.

use crate::world::World;
use floater_core::{Command, Ending, Stage};

/// A second page of the same account.
fn second(w: &mut World, account: usize) -> usize {
    let at = w.visitor(account);
    w.until("the door", |w| matches!(w.stage(at), Stage::Door));
    let email = w.server.accounts[account].email.clone();
    w.ask(
        at,
        Command::LogIn {
            email,
            password: "correct horse".into(),
        },
    )
    .unwrap();
    w.run(500);
    at
}

#[test]
fn a_second_page_says_where_the_conversation_is_and_can_end_it() {
    let (mut w, a, b) = World::talking(50);
    let account = w.people[a].account;
    let other = second(&mut w, account);
    assert!(matches!(w.stage(other), Stage::Elsewhere { .. }));
    assert!(w.talks(a), "the first page is not disturbed");
    assert!(w.ask(other, Command::EndElsewhere).is_ok());
    w.until("the end", |w| matches!(w.stage(b), Stage::Main { .. }));
    w.run(1_000);
    assert!(matches!(w.stage(other), Stage::Main { ending: None, .. }));
    assert!(matches!(
        w.stage(a),
        Stage::Main {
            ending: Some(Ending::YouLeft),
            ..
        }
    ));
    assert!(matches!(
        w.stage(b),
        Stage::Main {
            ending: Some(Ending::PeerLeft),
            ..
        }
    ));
}

#[test]
fn a_second_page_is_free_when_the_first_has_ended() {
    let (mut w, a, _) = World::talking(51);
    let account = w.people[a].account;
    let other = second(&mut w, account);
    w.tell(a, Command::Leave).unwrap();
    w.until("the main page", |w| {
        matches!(w.stage(other), Stage::Main { .. })
    });
}

#[test]
fn one_account_waits_once() {
    let mut w = World::new(52);
    let a = w.person("小明");
    w.seek(a);
    w.run(1_000);
    let account = w.people[a].account;
    let other = second(&mut w, account);
    w.run(1_000);
    assert!(matches!(w.stage(other), Stage::Elsewhere { .. }));
    assert!(w.tell(other, Command::Seek).is_err());
    w.run(5_000);
    assert!(w.server.met.is_empty(), "nobody meets oneself");
}
