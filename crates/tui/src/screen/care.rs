//! Nothing that one wrote is lost, nothing is done that one did not mean, and what is shown is what is.

use super::world::World;
use super::{Over, SETTLES};
use crate::app::Message;
use crate::note::{LinkNote, Note};
use crate::transcript::gist;
use crate::verb::{Typed, Verb};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use floater_client::picture::RgbaImage;
use floater_client::proto::body::{GREETING, Language};
use floater_client::proto::{Binary, Secret};
use floater_client::{Command, DialError, Ending, Event, Fingerprint, Stage};
use image::Rgba;
use ratatui_image::picker::ProtocolType;
use std::path::PathBuf;

fn ended(world: &mut World) {
    world.stage(Stage::Main {
        username: "小明".to_owned(),
        ending: Some(Ending::PeerLeft),
    });
}

fn count(world: &World, is: impl Fn(&Command) -> bool) -> usize {
    world.commands.iter().filter(|it| is(it)).count()
}

#[test]
fn that_one_types_is_told_with_the_first_letter_again_with_each_and_at_the_end() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let typing = |world: &World, wanted: bool| {
        count(
            world,
            |it| matches!(it, Command::Typing { typing } if *typing == wanted),
        )
    };
    world.press(KeyCode::Char('a'));
    assert_eq!(typing(&world, true), 1);
    world.press(KeyCode::Char('b'));
    assert_eq!(typing(&world, true), 2);
    world.press(KeyCode::Left);
    assert_eq!(typing(&world, true), 2, "nothing was written");
    world.control('u');
    world.press(KeyCode::End);
    world.control('u');
    assert_eq!(typing(&world, false), 1);
}

#[test]
fn what_is_no_greeting_is_kept_and_commands_are_obeyed_before_it() {
    let mut world = World::new(Language::Chinese);
    world.greeting();
    world.write("hi there");
    world.press(KeyCode::Enter);
    let drawn = world.draw(80, 24);
    assert!(
        drawn.contains("hi there") && drawn.contains("先说「你好」"),
        "{drawn}"
    );
    world.write(&format!(" {GREETING} "));
    world.press(KeyCode::Enter);
    assert!(matches!(world.commands.back(), Some(Command::Greet)));
    world.write("//etc");
    world.press(KeyCode::Enter);
    assert_eq!(world.screen.early.text(), "hi there\n/etc");
    world.write("/password");
    world.press(KeyCode::Enter);
    assert!(world.app.form.is_none() && world.screen.notice.is_some());
    world.write("/leave");
    world.press(KeyCode::Enter);
    assert!(world.app.confirm.is_some());
    let alt = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
    let mut world = World::new(Language::Chinese);
    world.greeting();
    world.input(Input::Key(alt));
    assert!(!matches!(world.commands.back(), Some(Command::Greet)));
}

#[test]
fn what_was_written_before_both_greeted_can_be_said_then() {
    let mut world = World::new(Language::Chinese);
    world.greeting();
    world.write("你来自哪里?");
    world.press(KeyCode::Enter);
    world.talking_on();
    world.press(KeyCode::Enter);
    assert_eq!(world.said(), ["你来自哪里?"]);
}

#[test]
fn a_line_that_the_other_side_has_no_room_for_stays_and_that_is_told() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.event(Event::CanSay { can: false });
    world.write("慢慢来");
    world.press(KeyCode::Enter);
    assert!(world.said().is_empty());
    let drawn = world.draw(80, 24);
    assert!(
        drawn.contains("慢慢来") && drawn.contains("请稍等再发"),
        "{drawn}"
    );
    world.event(Event::CanSay { can: true });
    assert!(!world.draw(80, 24).contains("请稍等再发"));
    world.event(Event::CanSay { can: false });
    world.control('u');
    world.write("/leave");
    world.press(KeyCode::Enter);
    assert!(world.app.confirm.is_some(), "whoever wants to leave can");
    world.press(KeyCode::Esc);
    world.event(Event::CanSay { can: true });
    world.write("慢慢来");
    world.press(KeyCode::Enter);
    assert_eq!(world.said(), ["慢慢来"]);
}

/// A picture in a home of one's own.
fn painted(world: &World, name: &str, blue: u8) -> PathBuf {
    let path = world.home.path().join(name);
    let image = RgbaImage::from_fn(64, 48, |x, y| Rgba([x as u8, y as u8, blue, 255]));
    image.save(&path).unwrap();
    path
}

fn chooses(world: &mut World, path: PathBuf) {
    world.tell(Message::Wanted(Typed::Picture(path)));
}

#[test]
fn a_picture_that_is_not_taken_comes_back_with_its_words_and_what_it_answers() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.line(false, "让我看看");
    let boat = painted(&world, "boat.png", 128);
    chooses(&mut world, boat);
    for key in [KeyCode::Tab, KeyCode::Char('r')] {
        world.press(key);
    }
    world.write("就是这个");
    world.is_full = true;
    world.press(KeyCode::Enter);
    assert!(world.offered.is_empty() && world.said().is_empty());
    let drawn = world.draw(80, 24);
    assert!(
        drawn.contains("就是这个") && drawn.contains("要发送的图片"),
        "{drawn}"
    );
    let draft = world.app.draft.as_ref().unwrap();
    assert_eq!(draft.picture.quote.map(|it| it.number), Some(1));
    world.is_full = false;
    world.press(KeyCode::Enter);
    world.picture(true, 1);
    assert_eq!((world.offered.len(), world.said()), (1, vec!["就是这个"]));
}

#[test]
fn what_is_previewed_is_what_is_sent() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let (boat, sea) = (
        painted(&world, "boat.png", 0),
        painted(&world, "sea.png", 255),
    );
    chooses(&mut world, boat);
    let shows = |world: &World| {
        let draft = world.app.draft.as_ref();
        draft.is_some_and(|it| world.screen.pictures.preview(it).is_some())
    };
    assert!(shows(&world));
    // The other one is ready, but not drawn yet.
    world.waiting = Some(Vec::new());
    chooses(&mut world, sea);
    let prepares = world.waiting.replace(Vec::new()).unwrap_or_default();
    for job in prepares {
        world.done(job);
    }
    assert!(!shows(&world), "it is the one before");
    // Sent before it is drawn, it is drawn where it stands.
    world.press(KeyCode::Enter);
    world.picture(true, 1);
    assert!(world.screen.pictures.get(1).is_none());
    world.work();
    let opened = world.screen.pictures.get(1).unwrap();
    assert!(opened.image.get_pixel(0, 0).0[2] > 200, "the sea");
}

#[test]
fn pictures_that_are_asked_for_at_once_go_where_each_is_wanted() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    for name in 1..=2 {
        let offer = world.picture(false, name);
        world.event(Event::Picture {
            id: offer.id,
            state: floater_client::PictureState::Complete,
        });
    }
    world.waiting = Some(Vec::new());
    for number in 1..=2 {
        let path = world.home.path().join(format!("{number}.jpg"));
        world.tell(Message::Wanted(Typed::Save(number, path)));
    }
    for name in [2, 1] {
        world.event(Event::PictureOpened {
            id: Binary([name; 16]),
            bytes: vec![name].into(),
        });
    }
    let wanted: Vec<_> = world.waiting.take().unwrap_or_default();
    let named = wanted.iter().map(|job| match job {
        crate::files::Job::Save {
            number,
            path,
            bytes,
            ..
        } => (*number, path.ends_with(format!("{number}.jpg")), bytes[0]),
        _ => (0, false, 0),
    });
    assert_eq!(named.collect::<Vec<_>>(), [(2, true, 2), (1, true, 1)]);
}

#[test]
fn a_command_about_a_line_that_is_not_there_can_be_mended_and_slashes_can_be_said() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let first = world.line(false, "one");
    world.line(true, "two");
    for command in [
        "/quote 99 yes",
        "/report abuse 99 rude",
        "/report abuse 2 mine",
    ] {
        world.write(command);
        world.press(KeyCode::Enter);
        assert_eq!(world.screen.draft.text(), command);
        world.control('u');
    }
    for key in [KeyCode::Tab, KeyCode::Up, KeyCode::Char('r')] {
        world.press(key);
    }
    world.write("//etc");
    world.press(KeyCode::Enter);
    let said = |it: &Command| matches!(it, Command::Say { text, quote } if text == "/etc" && *quote == Some(first));
    assert_eq!(count(&world, said), 1, "{:?}", world.commands);
    assert!(world.screen.quote.is_none());
}

#[test]
fn an_answer_that_does_not_fit_stays_to_be_mended_and_nothing_of_a_password_is_cut_off() {
    let mut world = World::new(Language::Chinese);
    world.stage(Stage::Door);
    world.press(KeyCode::Enter);
    world.write("ming");
    world.press(KeyCode::Enter);
    world.write("@example.org");
    assert!(world.draw(80, 24).contains("ming@example.org"));
    world.press(KeyCode::Enter);
    assert!(world.screen.answer.is_empty());
    world.input(Input::Paste(" with spaces \n".to_owned()));
    assert_eq!(world.screen.answer.text(), " with spaces ");
}

#[test]
fn no_question_outlives_its_place() {
    let mut world = World::new(Language::Chinese);
    world.at_main();
    world.tell(Message::Typed(Secret::from("/password")));
    assert!(world.app.form.is_some());
    world.stage(Stage::Door);
    assert!(world.app.form.is_none());
    let mut world = World::new(Language::Chinese);
    world.at_main();
    world.tell(Message::Typed(Secret::from("/password")));
    world.greeting();
    world.tell(Message::Typed(Secret::from("/password")));
    assert!(world.app.form.is_none(), "a greeting does not wait");
}

#[test]
fn a_second_enter_does_not_stop_the_search() {
    let mut world = World::new(Language::Chinese);
    world.at_main();
    let waiting = Stage::Waiting {
        username: "小明".to_owned(),
        since: world.now,
        after: None,
    };
    world.stage(waiting);
    world.press(KeyCode::Enter);
    assert_eq!(count(&world, |it| matches!(it, Command::StopSeeking)), 0);
    world.now += SETTLES;
    world.press(KeyCode::Enter);
    assert_eq!(count(&world, |it| matches!(it, Command::StopSeeking)), 1);
}

#[test]
fn logging_out_ends_no_conversation_by_one_key() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let out = |world: &World| count(world, |it| matches!(it, Command::LogOut));
    world.tell(Message::Wanted(Typed::Plain(Verb::LogOut)));
    assert_eq!(out(&world), 0);
    assert!(world.draw(80, 24).contains("退出登录"));
    world.press(KeyCode::Right);
    world.press(KeyCode::Enter);
    assert_eq!(out(&world), 1);
}

#[test]
fn a_report_outlives_the_conversation_that_it_is_about_and_no_news_closes_it() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.line(false, "rude");
    world.press(KeyCode::F(3));
    world.screen.open_report();
    let untrusted = DialError::NotPinned {
        pinned: Fingerprint::of(b"one"),
        shown: Fingerprint::of(b"another"),
    };
    let note = Note::Link(LinkNote::Trouble(untrusted));
    world.screen.say(&world.app, &note);
    assert!(matches!(world.screen.over, Some(Over::Report(_))));
    assert!(
        !world.screen.told_last().is_empty(),
        "it can be told at the end"
    );
    ended(&mut world);
    assert!(matches!(world.screen.over, Some(Over::Report(_))));
    world.greeting();
    assert!(world.screen.over.is_none());
}

#[test]
fn nothing_is_left_of_a_conversation_that_is_put_away() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.picture(false, 1);
    let image = RgbaImage::new(8, 8);
    world.screen.pictures.insert(1, image);
    ended(&mut world);
    for _ in 0..5 {
        world.press(KeyCode::Down);
    }
    world.press(KeyCode::Enter);
    assert!(matches!(world.commands.back(), Some(Command::Forget)));
    assert!(world.screen.pictures.get(1).is_none());
}

#[test]
fn pictures_open_by_themselves_in_whatever_order_they_come() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let mut settings = world.app.settings();
    settings.pictures = true;
    world.app.set_settings(settings);
    let offers: Vec<_> = (1..=3).map(|name| world.picture(false, name)).collect();
    for at in [2, 0, 1] {
        let id = offers[at].id;
        world.event(Event::Picture {
            id,
            state: floater_client::PictureState::Complete,
        });
        let opens = |it: &Command| matches!(it, Command::OpenPicture { id: of } if *of == id);
        assert!(world.commands.back().is_some_and(opens));
    }
}

#[test]
fn a_line_of_any_length_is_quoted_in_a_few_words() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.line(false, &"\u{202e}海\n".repeat(4000));
    let talk = world.app.talk.as_ref().unwrap();
    let told = gist(talk.line(1).unwrap(), Language::Chinese);
    assert!(
        told.chars().count() <= 2000 && told.ends_with('…'),
        "{told}"
    );
    assert!(!told.contains(['\n', '\u{202e}']));
}

#[test]
fn a_window_that_is_pulled_draws_one_large_picture_at_a_time() {
    let mut world = World::new(Language::Chinese);
    world.screen.picker.set_protocol_type(ProtocolType::Kitty);
    world.talking();
    world.picture(false, 1);
    world.screen.pictures.insert(1, RgbaImage::new(64, 64));
    world.waiting = Some(Vec::new());
    world.screen.over = Some(Over::Large(1));
    for columns in 80..120 {
        world.draw(columns, 24);
        world.input(Input::FocusGained);
    }
    let waiting = world.waiting.take().unwrap_or_default();
    assert_eq!(waiting.len(), 1);
    for job in waiting {
        world.done(job);
    }
    assert!(
        world
            .screen
            .pictures
            .large
            .as_ref()
            .is_some_and(|it| it.room == (119, 23))
    );
}

#[test]
fn a_pipe_is_no_picture_and_holds_nothing_up() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    chooses(&mut world, "/dev/zero".into());
    assert!(world.draw(80, 24).contains("这不是一个普通的文件"));
    let home = world.home.path().to_owned();
    chooses(&mut world, home);
    assert!(world.draw(80, 24).contains("这是一个目录"));
}
