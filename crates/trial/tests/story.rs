//! Three strangers register, read their mails and log in. Two of them meet, greet and talk; the
//! third waits meanwhile and sees nothing of it. One leaves, and both are on the main page.

use floater_core::{Command, Ending, Event, Stage};
use floater_trial::{Cable, Client, Door, Floaterd, accounts, greet, meet, say, text_arrives};

#[tokio::test]
async fn two_of_three_meet_talk_and_part() -> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start().await?;
    let cable = Cable::to(server.web()).await?;
    let web = Door::Web {
        dial: cable.address(),
        origin: server.web(),
    };
    let mut a = Client::start(Door::Native(server.native()))?;
    let mut b = Client::start(web)?;
    let mut c = Client::start(Door::Native(server.native()))?;
    accounts(&server, &mut a, "ming").await?;
    accounts(&server, &mut b, "hong").await?;
    accounts(&server, &mut c, "gang").await?;

    meet(&mut a, &mut b).await?;
    c.want(Command::Seek).await?;
    c.stage("the waiting page", |stage| {
        matches!(stage, Stage::Waiting { .. })
    })
    .await?;
    greet(&mut a, &mut b).await?;
    assert!(
        matches!(a.stands(), Some(Stage::Talk { own, peer, .. }) if own == "ming" && peer == "hong")
    );
    assert!(
        matches!(b.stands(), Some(Stage::Talk { own, peer, .. }) if own == "hong" && peer == "ming")
    );

    say(&mut a, "你在哪里?").await?;
    text_arrives(&mut b, "你在哪里?").await?;
    say(&mut b, "在船上。🚢").await?;
    text_arrives(&mut a, "在船上。🚢").await?;

    a.want(Command::Leave).await?;
    a.stage("one's own end", |stage| {
        matches!(
            stage,
            Stage::Main {
                ending: Some(Ending::YouLeft),
                ..
            }
        )
    })
    .await?;
    b.stage("the other's end", |stage| {
        matches!(
            stage,
            Stage::Main {
                ending: Some(Ending::PeerLeft),
                ..
            }
        )
    })
    .await?;

    // A question answered after all that: what had been on its way to the third is here too.
    c.ask(Command::LoadAccount).await?;
    while let Some(event) = c.next_if_there() {
        assert!(
            !matches!(event, Event::Line { .. } | Event::Greeted { .. }),
            "{event:?}"
        );
    }
    let met = |stage: &Stage| matches!(stage, Stage::Greeting { .. } | Stage::Talk { .. });
    assert!(
        !c.shown().iter().any(met),
        "the third met somebody: {:?}",
        c.shown()
    );
    assert!(matches!(c.stands(), Some(Stage::Waiting { .. })));
    Ok(())
}
