//! A stranger without our engine, at the door of a real server, whose program keeps to the pages
//! until it matters: it says a text before anybody has greeted. The program of the other one refuses
//! it, shows nothing, and goes on. FLOATER/1.0 §6.2
use crate::TEXT;
use crate::stranger::{Stranger, Wanted};
use floater_core::{Command, Event, Stage};
use floater_proto::Role;
use floater_proto::body::Policy;
use floater_trial::{Client, Door, Floaterd, accounts, text_arrives};

#[tokio::test]
async fn a_text_before_the_greeting_is_refused_and_shown_to_nobody()
-> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start().await?;
    let mut ours = Client::start(Door::Native(server.native()))?;
    accounts(&server, &mut ours, "ming").await?;
    let mut theirs = Client::start(Door::Native(server.native()))?;
    accounts(&server, &mut theirs, "hong").await?;
    drop(theirs);

    ours.want(Command::Seek).await?;
    let wanted = Wanted {
        email: "hong@example.org",
        from: None,
        role: Role::B,
        policy: Policy::Hidden,
        trust: None,
    };
    let mut stranger = Stranger::meet(server.native(), wanted).await;
    ours.stage("somebody", |stage| matches!(stage, Stage::Greeting { .. }))
        .await?;
    stranger.shake_hands().await;

    let early_answer = (425, "greet-first".to_owned());
    // Neither has greeted, then one has: the stranger's own greeting opens nothing.
    let early = stranger.text("你是谁");
    assert_eq!(stranger.ask(&early).await, early_answer);
    let greeting = stranger.message("/greeting", TEXT, "你好".as_bytes());
    assert_eq!(stranger.ask(&greeting).await, (200, String::new()));
    let early = stranger.text("你是谁");
    assert_eq!(stranger.ask(&early).await, early_answer);

    ours.want(Command::Greet).await?;
    ours.until("the conversation", |event| {
        assert!(!matches!(event, Event::Line { .. }), "shown: {event:?}");
        matches!(
            event,
            Event::Stage {
                stage: Stage::Talk { .. }
            }
        )
        .then_some(())
    })
    .await?;
    // What was refused has counted for nothing: this is still the first message.
    let text = stranger.text("是我");
    assert_eq!(stranger.ask(&text).await, (200, String::new()));
    text_arrives(&mut ours, "是我").await?;
    Ok(())
}
