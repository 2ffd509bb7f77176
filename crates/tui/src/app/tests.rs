//! What holds secrets prints none, and what is under way holds the input up.

use super::*;
use crate::form::{Field, Purpose};
use floater_client::proto::Role;
use floater_client::{Answer, Ending, Line, Message as Content, Stage};

const SECRET: &str = "correct horse battery";

fn app(is_piped: bool) -> App {
    App::new(Start {
        language: Language::English,
        settings: Settings::default(),
        email: None,
        password: Some(Secret::from(SECRET)),
        manner: if is_piped {
            Manner::Piped
        } else {
            Manner::Lines
        },
        clock: Clock::new(0, 0, jiff::tz::TimeZone::UTC),
    })
}

fn types(app: &mut App, line: &str) -> Vec<Effect> {
    app.update(0, Message::Typed(Secret::from(line)))
}

fn stands(app: &mut App, stage: Stage) -> Vec<Effect> {
    app.update(0, Message::Event(Event::Stage { stage }))
}

/// Somebody who talks to hong.
fn talking() -> App {
    let mut app = app(false);
    talks(&mut app);
    app
}

/// They meet hong, and both have greeted.
fn talks(app: &mut App) {
    let (own, peer) = ("ming".to_owned(), "hong".to_owned());
    let role = Role::A;
    stands(
        app,
        Stage::Main {
            username: own.clone(),
            ending: None,
        },
    );
    let greeting = Stage::Greeting {
        own: own.clone(),
        peer: peer.clone(),
        role,
        until: 45_000,
        met_before: false,
    };
    stands(app, greeting);
    stands(app, Stage::Talk { own, peer, role });
}

fn hears(app: &mut App, number: u64, own: bool) -> Vec<Effect> {
    let by = if own { Role::A } else { Role::B };
    let line = Line {
        of: MessageRef { by, number },
        own,
        at: 0,
        quote: None,
        message: Content::Text {
            text: "hello".to_owned(),
        },
    };
    app.update(0, Message::Event(Event::Line { line }))
}

#[test]
fn what_holds_secrets_prints_none() {
    let mut app = app(false);
    stands(&mut app, Stage::Door);
    let mut told = format!("{app:?}");
    for line in ["/login ming@example.org", SECRET] {
        let message = Message::Typed(Secret::from(line));
        told.push_str(&format!("{message:?}{:?}{app:?}", types(&mut app, line)));
    }
    let form = Form::new(Purpose::LogIn).with(Field::Password, Some(SECRET));
    told.push_str(&format!("{form:?}"));
    let job = Job::Export {
        path: "x".into(),
        json: SECRET.to_owned(),
    };
    told.push_str(&format!("{job:?}"));
    assert!(told.contains("LogIn"), "{told}");
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn a_password_is_not_seen_while_it_is_typed() {
    let mut app = app(false);
    stands(&mut app, Stage::Door);
    let asked = types(&mut app, "/login ming@example.org");
    assert!(
        asked.iter().any(|it| matches!(it, Effect::Echo(false))),
        "{asked:?}"
    );
    // A password may begin with a stroke.
    let answered = types(&mut app, "/quit is no command here");
    assert!(
        matches!(
            answered.as_slice(),
            [
                Effect::Echo(true),
                Effect::Command(_, Command::LogIn { .. })
            ]
        ),
        "{answered:?}"
    );
    let mut app = talking();
    stands(
        &mut app,
        Stage::Main {
            username: "ming".to_owned(),
            ending: Some(Ending::YouLeft),
        },
    );
    types(&mut app, "/password");
    let interrupted = app.update(0, Message::Interrupt);
    assert!(matches!(
        interrupted.as_slice(),
        [Effect::Echo(true), Effect::Say(_)]
    ));
}

#[test]
fn a_script_waits_for_its_answers() {
    let mut app = app(true);
    assert!(!app.wants_input(), "the server is not reached");
    stands(&mut app, Stage::Door);
    types(&mut app, "/login ming@example.org");
    assert!(app.wants_input());
    let asked = types(&mut app, SECRET);
    assert!(!app.wants_input(), "the server has not answered");
    let Some(Effect::Command(tag, _)) = asked.last() else {
        panic!("{asked:?}");
    };
    let answered = Event::Answered {
        tag: *tag,
        answer: Answer::Done,
    };
    app.update(0, Message::Event(answered));
    assert!(!app.wants_input(), "the main page is not there yet");
    stands(
        &mut app,
        Stage::Main {
            username: "ming".to_owned(),
            ending: None,
        },
    );
    assert!(app.wants_input());
}

#[test]
fn a_line_that_finds_no_room_waits_and_is_said_once() {
    let mut app = talking();
    let said = types(&mut app, "hello");
    let [Effect::Command(tag, Command::Say { .. })] = said.as_slice() else {
        panic!("{said:?}");
    };
    app.update(0, Message::Misuse(*tag, Misuse::Line));
    assert!(!app.wants_input());
    let again = app.update(0, Message::Event(Event::CanSay { can: true }));
    assert!(
        matches!(again.as_slice(), [Effect::Command(_, Command::Say { text, .. })] if text == "hello")
    );
    assert!(app.wants_input());
    assert!(
        app.update(0, Message::Event(Event::CanSay { can: true }))
            .is_empty()
    );
}

#[test]
fn the_end_is_asked_for_twice() {
    for (word, confirms) in [("/leave", 1), ("/quit", 3)] {
        let mut app = talking();
        let asked = types(&mut app, word);
        assert!(matches!(asked.as_slice(), [Effect::Say(_)]), "{asked:?}");
        let kept = types(&mut app, "no");
        assert!(matches!(
            kept.as_slice(),
            [Effect::Say(_), Effect::Command(_, Command::Say { .. })]
        ));
        types(&mut app, word);
        let done = types(&mut app, word);
        assert_eq!(done.len(), confirms, "{done:?}");
        assert!(matches!(
            done.first(),
            Some(Effect::Command(_, Command::Leave))
        ));
    }
    let mut app = talking();
    assert!(matches!(
        app.update(0, Message::Interrupt).as_slice(),
        [Effect::Say(_)]
    ));
    let done = app.update(0, Message::Interrupt);
    assert!(
        matches!(done.last(), Some(Effect::Quit(Exit::Interrupted))),
        "{done:?}"
    );
}

#[test]
fn the_end_of_the_input_waits_for_what_is_undelivered() {
    let mut app = talking();
    types(&mut app, "hello");
    hears(&mut app, 1, true);
    let over = app.update(0, Message::InputOver);
    assert!(matches!(over.as_slice(), [Effect::Patience(_)]), "{over:?}");
    let tick = Event::Tick {
        number: 1,
        tick: floater_client::Tick::Delivered,
    };
    let done = app.update(0, Message::Event(tick));
    assert!(
        matches!(done.last(), Some(Effect::Quit(Exit::Well))),
        "{done:?}"
    );
}

#[test]
fn only_what_the_other_one_said_is_reported() {
    let mut app = talking();
    hears(&mut app, 1, true);
    hears(&mut app, 1, false);
    let own = types(&mut app, "/report abuse 1");
    assert!(matches!(
        own.as_slice(),
        [Effect::Say(Note::Typed(TypedNote::NotTheirs(1)))]
    ));
    let none = types(&mut app, "/report abuse 9");
    assert!(matches!(
        none.as_slice(),
        [Effect::Say(Note::Typed(TypedNote::NoLine(9)))]
    ));
    let theirs = types(&mut app, "/report abuse 2 rude");
    let [Effect::Command(_, Command::Report { messages, note, .. })] = theirs.as_slice() else {
        panic!("{theirs:?}");
    };
    assert_eq!(
        (messages.as_slice(), note.as_str()),
        (
            [MessageRef {
                by: Role::B,
                number: 1
            }]
            .as_slice(),
            "rude"
        )
    );
}

/// Asks for a picture to be sent: the work that is to be done for it.
fn picks(app: &mut App, path: &std::path::Path) -> Job {
    let effects = types(app, &format!("/picture {}", path.display()));
    let job = effects.into_iter().find_map(|effect| match effect {
        Effect::Work(job) => Some(job),
        _ => None,
    });
    job.unwrap()
}

#[test]
fn a_picture_that_is_ready_late_goes_to_nobody_else() {
    let home = tempfile::tempdir().unwrap();
    let place = crate::files::Place::within(home.path()).unwrap();
    let path = home.path().join("boat.png");
    let image = floater_client::picture::RgbaImage::new(8, 8);
    image.save(&path).unwrap();
    let mut app = talking();
    let late = picks(&mut app, &path).run(&place);
    // Another conversation, in which a picture is asked for too.
    talks(&mut app);
    let own = picks(&mut app, &path).run(&place);
    let offers = |effects: Vec<Effect>| {
        let is_offer = |it: &Effect| matches!(it, Effect::Offer(..));
        effects.iter().any(is_offer)
    };
    assert!(!offers(app.update(0, late)));
    assert!(offers(app.update(0, own)));
}

/// The screen's words are in its own tests.
#[test]
fn what_waits_for_room_when_a_conversation_ends_holds_nothing_up() {
    let mut app = talking();
    let said = types(&mut app, "one line too many");
    let [Effect::Command(tag, Command::Say { .. })] = said.as_slice() else {
        panic!("{said:?}");
    };
    app.update(0, Message::Misuse(*tag, Misuse::Line));
    assert!(!app.wants_input());
    let told = stands(
        &mut app,
        Stage::Main {
            username: "ming".to_owned(),
            ending: Some(Ending::PeerLeft),
        },
    );
    let unsaid = |it: &Effect| {
        let Effect::Say(Note::Talk(TalkNote::Unsaid { text })) = it else {
            return false;
        };
        text == "one line too many"
    };
    assert!(told.iter().any(unsaid), "{told:?}");
    assert!(app.wants_input());
}
