//! While two talk, nothing of what they say is in the server's memory, log or files; what must be
//! there is found in each of them by the same search.

use floater_core::Stage;
use floater_trial::{
    Client, Door, Floaterd, Found, accounts, find_in_files, find_in_memory, greet, meet, say,
    text_arrives,
};

/// Whoever is in a conversation: in memory and in the database.
const NAME: &str = "seafarer";
/// What a server without a mail server says, in its log.
const LOGGED: &str = "NO MAIL SERVER IS CONFIGURED";
const LINES: usize = 40;

fn canary(number: usize) -> String {
    format!("canary {number}: 今晚的月亮 golden-pelican-8841")
}

#[tokio::test]
async fn p26_server_never_sees_plaintext() -> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start().await?;
    let mut a = Client::start(Door::Native(server.native()))?;
    let mut b = Client::start(Door::Web {
        dial: server.web(),
        origin: server.web(),
    })?;
    accounts(&server, &mut a, NAME).await?;
    accounts(&server, &mut b, "lighthouse").await?;
    meet(&mut a, &mut b).await?;
    greet(&mut a, &mut b).await?;

    let process = server.process().ok_or("no process")?;
    let canaries = ["golden-pelican-8841".as_bytes(), "今晚的月亮".as_bytes()];
    let needles = [canaries[0], canaries[1], NAME.as_bytes(), LOGGED.as_bytes()];
    for number in 0..LINES {
        say(&mut a, &canary(number)).await?;
        say(&mut b, &canary(number)).await?;
        // The last ones are still on their way when the memory is read for the first time.
        if number + 1 == LINES {
            check("memory, on the way", &find_in_memory(process, &needles)?, 2);
        }
        text_arrives(&mut b, &canary(number)).await?;
        text_arrives(&mut a, &canary(number)).await?;
    }
    check("memory", &find_in_memory(process, &needles)?, 2);
    check("log", &find_in_files(&server.log(), &needles)?, 3);
    check("files", &find_in_files(&server.data(), &needles)?, 2);
    assert!(
        matches!(a.stands(), Some(Stage::Talk { .. })),
        "the conversation is over"
    );
    Ok(())
}

/// No canary, and the control string that must be there.
fn check(place: &str, found: &Found, control: usize) {
    assert_eq!(
        found.times.get(..2),
        Some([0, 0].as_slice()),
        "{place} holds what people say: {found:?}"
    );
    assert!(
        found.times.get(control) > Some(&0),
        "{place}: the search does not find what is there: {found:?}"
    );
}
