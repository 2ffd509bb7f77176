//! Somebody reports and blocks, in the conversation and for ten minutes after it.

use crate::pictures::{jpeg, picture};
use crate::world::World;
use floater_core::{Command, Event, Misuse};
use floater_proto::body::{Fault, Offence, Report};
use floater_proto::{Id, MessageRef};

fn report(messages: Vec<MessageRef>) -> Command {
    Command::Report {
        offence: Offence::Abuse,
        note: "他骂人".into(),
        messages,
    }
}

/// Every signed message of a report holds.
fn verify(w: &World, report: &Report) {
    for message in &report.messages {
        let (id, key) = w.server.key_of(&report.ticket, message.of.by);
        floater_evidence::verify_message(&id, message, &key).expect("the evidence holds");
    }
}

#[test]
fn a_report_brings_evidence_that_holds() {
    let (mut w, a, b) = World::talking(70);
    w.say(a, "坏话一");
    w.say(b, "请不要");
    w.say(a, "坏话二");
    w.until("the lines", |w| {
        w.heard(b).len() == 2 && w.heard(a).len() == 1
    });
    let bad: Vec<_> = w.lines(b, false).into_iter().map(|(of, _)| of).collect();
    w.ask(b, report(bad)).unwrap();
    let seen = w.server.reports.values().next().unwrap();
    assert_eq!(seen.reports.len(), 1);
    let kept = &seen.reports[0];
    assert_eq!(kept.note, "他骂人");
    let texts: Vec<_> = kept.messages.iter().map(|m| m.body.as_str()).collect();
    assert_eq!(texts, ["坏话一", "坏话二"]);
    verify(&w, kept);
}

#[test]
fn a_long_report_goes_in_several_requests() {
    let (mut w, a, b) = World::talking(71);
    for number in 0..8 {
        w.say(a, &format!("{number}{}", "长".repeat(5_000)));
        w.run(500);
    }
    w.until("the lines", |w| w.heard(b).len() == 8);
    w.tell(a, Command::Leave).unwrap();
    w.run(60_000);
    let bad: Vec<_> = w.lines(b, false).into_iter().map(|(of, _)| of).collect();
    w.ask(b, report(bad)).unwrap();
    let seen = w.server.reports.values().next().unwrap();
    assert!(seen.reports.len() > 1);
    assert_eq!(
        seen.reports.iter().map(|r| r.messages.len()).sum::<usize>(),
        8
    );
    assert_eq!(
        seen.reports.iter().filter(|r| !r.note.is_empty()).count(),
        1
    );
    seen.reports.iter().for_each(|part| verify(&w, part));
}

/// Characters that JSON writes as six, in a text of the largest size.
#[test]
fn a_text_of_any_characters_can_be_reported() {
    let (mut w, a, b) = World::talking(74);
    let text = "\u{1}".repeat(16 * 1024);
    w.say(a, &text);
    w.until("the line", |w| w.heard(b).len() == 1);
    let bad: Vec<_> = w.lines(b, false).into_iter().map(|(of, _)| of).collect();
    let note = "\u{2}".repeat(1_000);
    let (offence, messages) = (Offence::Abuse, bad);
    w.ask(
        b,
        Command::Report {
            offence,
            note,
            messages,
        },
    )
    .unwrap();
    let seen = w.server.reports.values().next().unwrap();
    let kept: Vec<_> = seen.reports.iter().flat_map(|r| &r.messages).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].body, text);
    seen.reports.iter().for_each(|part| verify(&w, part));
}

#[test]
fn a_reported_picture_is_shown_to_the_server() {
    let (mut w, a, b) = World::talking(72);
    let bytes = jpeg(100_000);
    w.offer(a, picture(), bytes.clone()).unwrap();
    w.until("the offer", |w| w.offered(b).len() == 1);
    let (of, id): (MessageRef, Id) = w.offered(b)[0];
    w.run(5_000);
    w.tell(b, Command::OpenPicture { id }).unwrap();
    w.tell(b, report(vec![of])).unwrap();
    // A cut in the middle of the upload: it goes on where it was.
    w.run(70);
    w.cut(b);
    let uploaded = |w: &World| {
        w.server
            .reports
            .values()
            .any(|r| r.pictures.values().any(|p| p.len() >= 100_000))
    };
    w.until("the picture", uploaded);
    let seen = w.server.reports.values().next().unwrap();
    assert_eq!(seen.pictures.values().next(), Some(&bytes));
}

#[test]
fn block_and_report_are_possible_for_ten_minutes() {
    let (mut w, a, b) = World::talking(73);
    assert!(w.ask(a, Command::Block).is_ok());
    assert_eq!(w.server.blocks, ["小红"]);
    w.tell(b, Command::Leave).unwrap();
    w.run(1_000);
    assert!(w.ask(b, Command::Block).is_ok());
    w.run(9 * 60_000);
    assert!(w.ask(a, report(Vec::new())).is_ok());
    w.run(2 * 60_000);
    assert_eq!(w.tell(a, Command::Block), Err(Misuse::NothingRemembered));
    assert_eq!(
        w.tell(a, report(Vec::new())),
        Err(Misuse::NothingRemembered)
    );
}

#[test]
fn a_report_that_is_put_off_is_made_later_and_one_that_is_put_off_for_ever_is_refused() {
    let (mut w, a, b) = World::talking(79);
    w.say(a, "坏话");
    w.until("the line", |w| w.heard(b).len() == 1);
    let bad: Vec<_> = w.lines(b, false).into_iter().map(|(of, _)| of).collect();
    w.server.put_off = 3;
    w.ask(b, report(bad.clone())).unwrap();
    assert_eq!((w.server.put_off, w.server.reports.len()), (0, 1));
    w.server.put_off = usize::MAX;
    w.tell(b, report(bad)).unwrap();
    w.run(70_000);
    let refused = |event: &Event| matches!(event, Event::Refused { problem, .. } if problem.error == Fault::TooMany);
    assert!(w.saw(b, refused));
    assert!(w.talks(b), "and the conversation goes on");
}
