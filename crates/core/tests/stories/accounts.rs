//! Somebody registers, activates, logs in, comes back by the cookie, and logs out.

use crate::world::World;
use floater_core::{Answer, Command, Event, LinkState, Misuse, Output, Proof, Stage};
use floater_proto::body::{Fault, Language, SessionEnd};
use floater_proto::{Binary, Resource};

fn register(email: &str, username: &str, password: &str) -> Command {
    Command::Register {
        email: email.into(),
        username: username.into(),
        password: password.into(),
        adult: true,
        language: Language::Chinese,
    }
}

fn log_in(email: &str, password: &str) -> Command {
    Command::LogIn {
        email: email.into(),
        password: password.into(),
    }
}

fn activate(code: &str) -> Command {
    let (email, code) = ("ming@example.org".into(), code.into());
    Command::Activate {
        proof: Proof::Code { email, code },
    }
}

#[test]
fn register_activate_log_in() {
    let mut w = World::new(1);
    let ming = w.visitor(0);
    w.until("the door", |w| matches!(w.stage(ming), Stage::Door));

    let answer = w.ask(ming, register("Ming@example.org", "小明", "correct horse"));
    assert!(matches!(answer, Ok(Answer::Mailed { .. })));
    let early = w
        .ask(ming, log_in("ming@example.org", "correct horse"))
        .unwrap_err();
    assert_eq!(early.error, Fault::NotActivated);
    let wrong = w.ask(ming, activate("WRONG234")).unwrap_err();
    assert_eq!(wrong.error, Fault::CodeWrong);
    assert!(w.ask(ming, activate("ABCD2345")).is_ok());
    let wrong = w
        .ask(ming, log_in("ming@example.org", "wrong horse"))
        .unwrap_err();
    assert_eq!(wrong.error, Fault::WrongCredentials);
    assert!(matches!(w.stage(ming), Stage::Door));

    assert!(
        w.ask(ming, log_in("ming@example.org", "correct horse"))
            .is_ok()
    );
    assert!(matches!(w.stage(ming), Stage::Main { username, ending: None } if username == "小明"));
    let again = w.tell(ming, log_in("ming@example.org", "correct horse"));
    assert_eq!(again, Err(Misuse::LoggedIn));
    assert_eq!(w.tell(ming, Command::Greet), Err(Misuse::NoConversation));
}

#[test]
fn what_cannot_be_right_is_told_at_once_with_its_field() {
    let mut w = World::new(2);
    let ming = w.visitor(0);
    let cases = [
        (register("nobody", "小明", "correct horse"), "email"),
        (
            register("ming@example.org", " \u{202e} ", "correct horse"),
            "username",
        ),
        (register("ming@example.org", "小明", "short"), "password"),
        (log_in("nobody", "correct horse"), "email"),
    ];
    for (command, field) in cases {
        let problem = w.ask(ming, command).unwrap_err();
        assert_eq!(
            (problem.error, problem.field.as_deref()),
            (Fault::Invalid, Some(field))
        );
    }
    let sent_nothing = |w: &World| w.server.accounts.is_empty();
    w.run(1_000);
    assert!(sent_nothing(&w));
    assert_eq!(w.tell(ming, Command::Seek), Err(Misuse::LoggedOut));
}

#[test]
fn the_cookie_brings_one_back_and_logging_out_clears_it() {
    let mut w = World::new(3);
    let ming = w.person("小明");
    w.run(1_000);
    w.cut(ming);
    assert!(w.saw(ming, |e| matches!(
        e,
        Event::Link {
            state: LinkState::Lost { .. }
        }
    )));
    w.run(1_000);
    assert!(matches!(w.stage(ming), Stage::Main { .. }));
    assert_eq!(w.server.links.len(), 1);

    assert!(w.ask(ming, Command::LogOut).is_ok());
    assert!(matches!(w.stage(ming), Stage::Door));
    assert!(w.server.sessions.is_empty());
    assert!(
        !w.saw(ming, |e| matches!(e, Event::SessionEnded { .. })),
        "it was one's own wish"
    );
    w.run(1_000);
    w.cut(ming);
    w.run(5_000);
    assert!(matches!(w.stage(ming), Stage::Door));
    w.log_in(ming);
}

#[test]
fn a_cookie_that_is_not_set_yet_is_waited_for() {
    let mut w = World::new(4);
    let ming = w.person("小明");
    // The log-in was answered a moment ago; `POST /cookie` is still under way.
    w.cut(ming);
    w.run(5_000);
    assert!(
        matches!(w.stage(ming), Stage::Main { .. }),
        "{:?}",
        w.stage(ming)
    );
    assert!(!w.saw(ming, |e| matches!(e, Event::SessionEnded { .. })));
}

#[test]
fn a_session_that_was_ended_elsewhere_leads_to_the_door() {
    let mut w = World::new(5);
    let ming = w.person("小明");
    w.run(1_000);
    w.server.sessions.clear();
    w.cut(ming);
    w.until("the door", |w| matches!(w.stage(ming), Stage::Door));
    assert!(w.saw(ming, |e| matches!(
        e,
        Event::SessionEnded {
            why: SessionEnd::Expired
        }
    )));
}

#[test]
fn a_wish_that_nobody_answers_is_refused() {
    let mut w = World::new(6);
    let ming = w.person("小明");
    w.server.mute = true;
    let before = w.now;
    let problem = w.ask(ming, Command::LoadAccount).unwrap_err();
    assert_eq!(problem.error, Fault::Unavailable);
    assert!(w.now - before <= 15_100);

    w.server.mute = false;
    w.people[ming].offline = true;
    w.tell(ming, Command::LoadAccount).unwrap();
    w.forget_events();
    w.cut(ming);
    let lost = |e: &Event| matches!(e, Event::Refused { problem, .. } if problem.error == Fault::Unavailable);
    assert!(w.saw(ming, lost));
}

#[test]
fn tries_to_connect_get_rarer_and_never_stop() {
    let mut w = World::new(7);
    let ming = w.person("小明");
    w.people[ming].offline = true;
    w.forget_events();
    w.cut(ming);
    w.run(300_000);
    let retries = w.people[ming].events.iter().filter(|(_, e)| {
        matches!(
            e,
            Event::Link {
                state: LinkState::Lost { .. }
            }
        )
    });
    let count = retries.count();
    assert!((30..200).contains(&count), "{count} tries in 300 s");
    w.people[ming].offline = false;
    w.run(11_000);
    assert!(matches!(w.stage(ming), Stage::Main { .. }));
    assert_eq!(w.server.links.len(), 1);
}

#[test]
fn dropping_a_drain_loses_nothing() {
    let mut config = floater_core::Config::new(
        floater_proto::body::Keep::Token,
        "floater-test/0",
        Binary([1; 16]),
    );
    config.timers.retry_base = 1;
    let mut engine = floater_core::Engine::new(config, [1; 32]);
    drop(engine.start(0));
    let later: Vec<_> = engine.handle(5, floater_core::Input::Online).collect();
    assert!(later.iter().any(|output| matches!(output, Output::Dial(_))));
}

#[test]
fn who_stays_at_the_door_leaves_the_link_and_is_not_troubled() {
    let mut w = World::new(9);
    w.server
        .add_account("ming@example.org", "小明", "correct horse");
    let ming = w.visitor(0);
    w.until("the door", |w| matches!(w.stage(ming), Stage::Door));
    w.run(44_000);
    assert_eq!(w.server.links.len(), 1);
    w.run(2_000);
    assert!(w.server.links.is_empty(), "nothing is asked");
    w.run(300_000);
    assert!(w.server.links.is_empty(), "and nothing is dialled");
    // The next wish makes a link; the server closes this one.
    let unknown = w.ask(ming, activate("WRONG234")).unwrap_err();
    assert_eq!(unknown.error, Fault::CodeWrong);
    w.cut(ming);
    w.run(300_000);
    assert!(w.server.links.is_empty());
    assert!(
        !w.saw(ming, |event| matches!(
            event,
            Event::Link {
                state: LinkState::Lost { .. }
            }
        )),
        "nothing is shown of it"
    );
    w.log_in(ming);
    w.run(300_000);
    assert_eq!(w.server.links.len(), 1, "who is logged in stays");
}

#[test]
fn each_wish_about_an_account_is_one_request_with_what_it_needs() {
    let code = || Proof::Code {
        email: "ming@example.org".into(),
        code: "ABCD2345".into(),
    };
    let email = || "ming@example.org".to_owned();
    let language = Language::English;
    let mut w = World::new(9);
    let visitor = w.visitor(0);
    for mailed in [
        Command::SendAgain {
            email: email(),
            language,
        },
        Command::Recover {
            email: email(),
            language,
        },
    ] {
        assert!(matches!(w.ask(visitor, mailed), Ok(Answer::Mailed { .. })));
    }
    let new = || "a new password".into();
    let reset = Command::ResetPassword {
        proof: code(),
        new: new(),
    };
    assert!(w.ask(visitor, reset).is_ok());
    let ming = w.person("小明");
    for wish in [
        Command::ChangePassword {
            current: "correct horse".into(),
            new: new(),
        },
        Command::EndSession {
            session: Binary([7; 16]),
        },
        Command::EndOtherSessions,
        Command::Unblock {
            id: Binary([8; 16]),
        },
        Command::DeleteAccount {
            password: "correct horse".into(),
        },
    ] {
        assert!(w.ask(ming, wish).is_ok());
    }
    let seven = Binary([7; 16]).to_string();
    let eight = Binary([8; 16]).to_string();
    let wanted: [(Resource, &[&str]); 8] = [
        (
            Resource::AccountActivationAgain,
            &["ming@example.org", "en"],
        ),
        (Resource::AccountRecovery, &["ming@example.org", "en"]),
        (Resource::AccountPassword, &["ABCD2345", "a new password"]),
        (
            Resource::AccountPassword,
            &["correct horse", "a new password"],
        ),
        (Resource::SessionEnd, &[&seven]),
        (Resource::SessionEnd, &["true"]),
        (Resource::BlockEnd, &[&eight]),
        (Resource::AccountDeletion, &["correct horse"]),
    ];
    assert_eq!(w.server.wishes.len(), wanted.len());
    for ((resource, body), (wanted, parts)) in w.server.wishes.iter().zip(wanted) {
        assert_eq!(*resource, wanted);
        for part in parts {
            assert!(body.contains(part), "{resource:?}: {body} without {part}");
        }
    }
    w.until("the door", |w| matches!(w.stage(ming), Stage::Door));
}
